// What is used of uWebSockets.js, an optional peer: the program must compile where it isn't installed.

declare module 'uWebSockets.js' {
  export interface WebSocket<UserData> {
    send(message: string | Uint8Array, isBinary: boolean): number;
    getBufferedAmount(): number;
    end(code: number, reason: string): void;
    close(): void;
    ping(): number;
    getUserData(): UserData;
  }
  export interface HttpResponse {
    writeStatus(status: string): HttpResponse;
    writeHeader(name: string, value: string): HttpResponse;
    write(chunk: Uint8Array): boolean;
    end(body?: string | Uint8Array, closeConnection?: boolean): HttpResponse;
    endWithoutBody(contentLength?: number, closeConnection?: boolean): HttpResponse;
    close(): HttpResponse;
    onWritable(written: (offset: number) => boolean): HttpResponse;
    onAborted(aborted: () => void): HttpResponse;
    onData(arrived: (chunk: ArrayBuffer, isLast: boolean) => void): HttpResponse;
    cork(write: () => void): HttpResponse;
    upgrade<UserData>(userData: UserData, key: string, protocol: string, extensions: string, context: unknown): void;
  }
  export interface HttpRequest {
    getHeader(name: string): string;
    getUrl(): string;
    getQuery(): string;
    getCaseSensitiveMethod(): string;
    forEach(visit: (name: string, value: string) => void): void;
  }
  export interface WebSocketBehavior<UserData> {
    readonly maxPayloadLength: number;
    readonly idleTimeout: number;
    readonly maxBackpressure: number;
    readonly sendPingsAutomatically: boolean;
    upgrade(response: HttpResponse, request: HttpRequest, context: unknown): void;
    open(socket: WebSocket<UserData>): void;
    message(socket: WebSocket<UserData>, message: ArrayBuffer, isBinary: boolean): void;
    ping(socket: WebSocket<UserData>): void;
    pong(socket: WebSocket<UserData>): void;
    close(socket: WebSocket<UserData>, code: number, message: ArrayBuffer): void;
  }
  export interface TemplatedApp {
    listen(host: string, port: number, options: number, listening: (token: unknown) => void): TemplatedApp;
    any(pattern: string, answer: (response: HttpResponse, request: HttpRequest) => void): TemplatedApp;
    ws<UserData>(pattern: string, behavior: WebSocketBehavior<UserData>): TemplatedApp;
    close(): TemplatedApp;
  }
  const uws: {
    App(): TemplatedApp;
    us_listen_socket_close(token: unknown): void;
    us_socket_local_port(token: unknown): number;
    readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  };
  export default uws;
}
