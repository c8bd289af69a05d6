"""Trains from a checkpoint: joint autoregressive and block-diffusion loss, on CPU or CUDA. Resumes where it stopped; SIGTERM stops cleanly."""
import argparse, json, math, os, signal, sys, time
import torch
import torch.nn.functional as F
from blocks import MIX
from checkpoint import read_safetensors, write_safetensors
from data import MASKED, SHARES, Tokens, stream_batches
from evaluate import evaluate
from model import Model


def read_entries(text, usual, what):
    entries = dict(usual)
    for entry in text.split(','):
        name, _, share = entry.partition('=')
        if name not in usual: raise argparse.ArgumentTypeError(f'"{name}" is no {what}: {", ".join(usual)}')
        entries[name] = float(share)
    if min(entries.values()) < 0: raise argparse.ArgumentTypeError('shares must be 0 or more')
    return entries


def read_mix(text):
    mix = read_entries(text, MIX, 'kind of block')
    if sum(mix.values()) > 1: raise argparse.ArgumentTypeError(f'shares must sum to at most 1, not {sum(mix.values()):g}')
    return mix


def read_shares(text):
    return read_entries(text, SHARES, 'source of dialogues')


def parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--init', help='weights.safetensors to start from, when the run is new')
    p.add_argument('--run', default='.cache/train', help='folder of this run: checkpoint.pt, metrics.jsonl')
    p.add_argument('--tokens', default='.cache/tokens')
    p.add_argument('--minutes', type=float, default=math.inf, help='stop after so many minutes')
    p.add_argument('--steps', type=int, default=0, help='stop after so many steps of this process')
    p.add_argument('--decay-minutes', type=float, default=0, help='let the rate fall to zero over so many minutes, then stop')
    p.add_argument('--save', help='write the averaged weights of the run to FILE (safetensors) and exit')
    p.add_argument('--raw', action='store_true', help='with --save: the weights themselves, not their average')
    p.add_argument('--rate', type=float, default=2e-4)
    p.add_argument('--warmup-steps', type=int, default=40)
    p.add_argument('--clean', type=int, default=1536, help='clean rows a step')
    p.add_argument('--blocks', type=int, default=16, help='scratch blocks a step')
    p.add_argument('--diffusion-weight', type=float, default=.5)
    p.add_argument('--distil', type=float, default=.5, help="share of a masked position's loss that follows the causal head's own distribution")
    p.add_argument('--certainty', type=float, default=0, help='weight of certainty forcing; last, 2, once the losses are flat')
    p.add_argument('--mix', type=read_mix, default=MIX, help='shares of the kinds of blocks, as stale=.1,infill=.05')
    p.add_argument('--shares', type=read_shares, default=SHARES, help='weights by which sources of dialogues are drawn, as synthetic=.3,authored=.3; the others keep theirs')
    p.add_argument('--setting-gradient', action='store_true', help='let instructions and tools learn, too: always so on a GPU, a third slower on a CPU')
    p.add_argument('--longest', type=int, default=1024, help='rows of a dialogue at most')
    p.add_argument('--micro-batches', type=int, default=1, help='batches a step')
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--threads', type=int, default=int(os.environ.get('OMP_NUM_THREADS', '2')))
    p.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    p.add_argument('--workers', type=int, default=0, help='processes that make batches ahead; for CUDA')
    p.add_argument('--compile', action='store_true')
    p.add_argument('--checkpoint-minutes', type=float, default=10)
    p.add_argument('--evaluate-minutes', type=float, default=30)
    p.add_argument('--evaluate-dialogues', type=int, default=10)
    return p.parse_args()


class Run:
    """Weights, optimiser, their running average and counters: what a checkpoint holds. A batch depends on seed and step alone."""

    def __init__(self, options, tokens):
        self.options, self.path = options, os.path.join(options.run, 'checkpoint.pt')
        self.model = Model(tokens.index['countTokens']).to(options.device)
        matrices = [p for p in self.model.parameters() if p.dim() == 2]
        vectors = [p for p in self.model.parameters() if p.dim() < 2]
        self.optimiser = torch.optim.AdamW([{'params': matrices, 'weight_decay': .01}, {'params': vectors, 'weight_decay': 0.}],
                                           lr=options.rate, betas=(.9, .97), fused=True)
        self.count = {'step': 0, 'cleanTokens': 0, 'scratchTokens': 0, 'maskedTokens': 0, 'seconds': 0.}
        os.makedirs(options.run, exist_ok=True)
        if os.path.exists(self.path):
            self.load()
        elif options.init:
            self.model.load_weights(read_safetensors(options.init), options.init)
            self.average = {n: p.detach().clone() for n, p in self.model.named_parameters()}
        else:
            raise SystemExit(f'{self.path} does not exist: start a new run with --init WEIGHTS')

    def load(self):
        try:
            state = torch.load(self.path, map_location=self.options.device, weights_only=True)
            self.model.load_state_dict(state['model'])
            moments = {i: {k: v.float() for k, v in s.items()} for i, s in state['optimiser']['state'].items()}
            state['optimiser']['state'] = moments
            groups = self.optimiser.state_dict()['param_groups']
            self.optimiser.load_state_dict({'state': moments, 'param_groups': groups})
            self.average, self.count = state['average'], state['count']
        except Exception as error:
            raise SystemExit(f'{self.path}: not a usable checkpoint ({error}); restore it or start a new run with --init and another --run')

    def save(self):
        """Atomic: the last good checkpoint stays until the new one is whole. Moments travel in half precision."""
        optimiser = self.optimiser.state_dict()
        optimiser['state'] = {i: {k: v.bfloat16() if v.dim() else v for k, v in s.items()} for i, s in optimiser['state'].items()}
        state = {'model': self.model.state_dict(), 'average': self.average, 'optimiser': optimiser, 'count': self.count}
        try:
            torch.save(state, self.path + '.tmp')
            os.replace(self.path + '.tmp', self.path)
            return True
        except (OSError, RuntimeError) as error:
            print(f'{self.path}: not saved ({error}); the last good checkpoint stays', file=sys.stderr, flush=True)
            if os.path.exists(self.path + '.tmp'): os.remove(self.path + '.tmp')
            return False

    @torch.no_grad()
    def update_average(self, every=4, horizon=400):
        step = self.count['step']
        if step % every: return
        keep = min(1 - every / horizon, step / (step + 10 * every))
        for name, p in self.model.named_parameters():
            self.average[name].lerp_(p, 1 - keep)

    def with_average(self, use):
        """Calls `use` while the model holds the averaged weights."""
        mine = {n: p.detach().clone() for n, p in self.model.named_parameters()}
        self.model.load_state_dict(self.average)
        try:
            return use()
        finally:
            self.model.load_state_dict(mine)

    def export(self, path):
        weights = {n: w.detach().float().cpu().numpy() for n, w in self.model.named_weights()}
        write_safetensors(path, weights, {'base': 'SmolLM2-135M-Instruct (Apache-2.0)', 'step': str(self.count['step']),
                                          'layout': 'weight[out][in] = int8 * scale[out]; half-rotation RoPE'})

    def log(self, **line):
        with open(os.path.join(self.options.run, 'metrics.jsonl'), 'a') as file:
            file.write(json.dumps({**self.count, 'seconds': round(self.count['seconds']), **line}) + '\n')


def losses(model, batch, distil=0., certainty=0.):
    """Mean losses of the causal head and of the blocks, and how many positions were masked.

    `distil`: share of a masked position's loss that is the cross-entropy to what the causal head makes of the same place,
    so that blocks propose what the head will accept. `certainty`: weight of the entropy at temperature .5 of masked positions
    that are right (certainty forcing, dParallel, arXiv 2509.26488)."""
    layout, row, label, weight, kind, teacher = batch
    hidden = model(layout)
    logits = model.logits(hidden[row])
    loss = F.cross_entropy(logits, label, reduction='none')
    in_block = kind >= MASKED
    taught = (teacher >= 0).nonzero().flatten()
    if distil and len(taught):
        target = logits[teacher[taught]].detach().softmax(-1)
        soft = F.cross_entropy(logits[taught], target, reduction='none')
        loss = loss.index_put((taught,), (1 - distil) * loss[taught] + distil * soft)
    if certainty:
        sure = ((kind == MASKED) & (logits.argmax(-1) == label)).nonzero().flatten()
        spread = (logits[sure] / .5).log_softmax(-1)
        loss = loss.index_add(0, sure, -(spread.exp() * spread).sum(-1), alpha=certainty)
    ar, block = weight * ~in_block, weight * in_block
    return (loss * ar).sum() / ar.sum().clamp(min=1), (loss * block).sum() / block.sum().clamp(min=1), int((kind == MASKED).sum())


def train(run, tokens, options):
    stop, paused = [False], [False]
    signal.signal(signal.SIGTERM, lambda *_: stop.__setitem__(0, True))
    signal.signal(signal.SIGINT, lambda *_: stop.__setitem__(0, True))
    signal.signal(signal.SIGUSR1, lambda *_: paused.__setitem__(0, True))
    signal.signal(signal.SIGUSR2, lambda *_: paused.__setitem__(0, False))
    if options.compile: run.model.compile()
    model, count = run.model, run.count
    started = saved = evaluated = time.time()
    worked, first, running, bad = 0., count['step'], {}, 0
    limit = options.decay_minutes or options.minutes
    batches = stream_batches(tokens, options.seed, first, options.micro_batches, options.workers, options.clean, options.blocks, options.longest,
                             options.device == 'cpu' and not options.setting_gradient, options.mix, 'train', options.shares)
    while not stop[0] and worked < limit * 60 and not (options.steps and count['step'] - first >= options.steps):
        while paused[0] and not stop[0]: time.sleep(1)
        began = time.time()
        rate = options.rate * min(1, (count['step'] + 1) / options.warmup_steps)
        if options.decay_minutes: rate *= max(0, 1 - worked / (limit * 60))
        for group in run.optimiser.param_groups: group['lr'] = rate
        totals = {'ar': 0., 'diffusion': 0.}
        for _ in range(options.micro_batches):
            batch = next(batches).finish(options.device)
            ar, diffusion, masked = losses(model, batch, options.distil, options.certainty)
            ((ar + options.diffusion_weight * diffusion) / options.micro_batches).backward()
            totals['ar'] += ar.item() / options.micro_batches; totals['diffusion'] += diffusion.item() / options.micro_batches
            clean = batch[0].segments[-1][1] + (batch[0].setting.segments[-1][1] if batch[0].setting else 0)
            count['cleanTokens'] += clean; count['scratchTokens'] += sum(batch[0].sizes()[len(batch[0].segments):-1]); count['maskedTokens'] += masked
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.).item()
        if math.isfinite(norm) and math.isfinite(sum(totals.values())):
            run.optimiser.step(); bad = 0
        else:
            bad += 1
            if bad == 3: raise SystemExit(f'loss is not a number at step {count["step"]}, three steps running; {run.path} holds the last good weights')
        run.optimiser.zero_grad(set_to_none=True)
        count['step'] += 1
        run.update_average()
        now = time.time()
        worked += now - began; count['seconds'] += now - began
        for name, value in {**totals, 'norm': norm, 'stepSeconds': now - began}.items():
            running[name] = running.get(name, 0.) + (value - running.get(name, 0.)) / min(20, count['step'] - first)
        if count['step'] % 20 == 0 or count['step'] - first in (1, 2, 5, 10):
            line = {name: round(value, 3) for name, value in running.items()}
            print(f"step {count['step']} {worked / 60:.1f} min", *(f'{k} {v}' for k, v in line.items()), f'rate {rate:.2e}', flush=True)
            run.log(kind='train', rate=rate, **line)
        if not bad and now - saved > options.checkpoint_minutes * 60:
            run.save(); saved = time.time()
        if now - evaluated > options.evaluate_minutes * 60:
            report(run, tokens, options); evaluated = time.time()
    batches.close()
    is_saved = bool(bad) or run.save()
    if not stop[0]: report(run, tokens, options)
    print(f"stopped at step {count['step']} after {(time.time() - started) / 60:.1f} min", flush=True)
    if not is_saved: sys.exit(1)


def report(run, tokens, options):
    # Each dialogue has another size: compiling for it takes longer than it gives.
    with torch.compiler.set_stance('force_eager'):
        metrics = run.with_average(lambda: evaluate(run.model, tokens, options.evaluate_dialogues))
    run.log(kind='dev', dialogues=options.evaluate_dialogues, metrics=metrics)
    for name, values in metrics.items(): print(' dev', name, json.dumps(values), flush=True)


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tokens = Tokens(options.tokens)
    run = Run(options, tokens)
    if options.save:
        run.export(options.save) if options.raw else run.with_average(lambda: run.export(options.save))
    else:
        train(run, tokens, options)


if __name__ == '__main__':
    main()
