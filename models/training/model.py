"""The model: clean rows (token-causal) and scratch groups (see the clean rows before them and themselves) in one forward."""
from dataclasses import dataclass, field
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

# bfloat16 where matrix products in it are fast; a CPU without it emulates them at a tenth of the speed.
FAST = torch.bfloat16 if torch.cuda.is_available() or torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32

LAYERS, WIDTH, HEADS, KV_HEADS, HEAD, FEED = 30, 576, 9, 3, 64, 1536
ROPE_BASE, EPSILON, MAX_POSITIONS = 100_000.0, 1e-5, 8192


@dataclass
class Group:
    """`count` scratch groups of `size` rows each, rows first..first + count * size, all of one segment.

    limits[i] is how many clean rows of the segment group i sees. The first `lead` rows of each group are clean tokens:
    each sees those up to itself, and no block."""
    segment: int
    first: int
    size: int
    limits: list
    lead: int = 0


@dataclass
class Layout:
    """Rows of one forward: segments of clean rows first, then scratch groups, then padding that nothing sees."""
    ids: torch.Tensor
    positions: torch.Tensor
    segments: list
    groups: list = field(default_factory=list)
    # Rows that come before the segments' own, computed without gradient: a layout whose segment i continues as this one's.
    setting: object = None
    causal: torch.Tensor = None
    masks: list = field(default_factory=list)
    flex: object = None

    def sizes(self):
        sizes = [end - start for start, end in self.segments] + [len(group.limits) * group.size for group in self.groups]
        return sizes + [len(self.ids) - sum(sizes)]

    def counts_before(self):
        """Rows of the setting, by segment."""
        return [end - start for start, end in self.setting.segments] if self.setting else [0] * len(self.segments)

    def prepare(self, dtype):
        """Masks, shared by all layers. On a GPU one mask for flex attention; else the query rows of one key head are folded together."""
        device, share = self.ids.device, HEADS // KV_HEADS
        if device.type == 'cuda':
            if self.setting: raise ValueError('a setting without gradient is for the CPU; on a GPU put its rows into the segments')
            self.flex = self.flex_mask()
            return
        longest = max(before + end - start for before, (start, end) in zip(self.counts_before(), self.segments))
        above = torch.ones(longest, longest, dtype=torch.bool, device=device).triu(1)
        self.causal = torch.zeros(longest, longest, dtype=dtype, device=device).masked_fill_(above, float('-inf'))
        self.masks = []
        for group in self.groups:
            limits = torch.tensor(group.limits, device=device)
            unseen = torch.arange(max(group.limits), device=device)[None] >= limits[:, None]
            prefix = torch.zeros(unseen.shape, dtype=dtype, device=device).masked_fill_(unseen, float('-inf'))
            own = torch.zeros(group.size, group.size, dtype=dtype, device=device)
            own[:group.lead].masked_fill_(torch.ones(group.lead, group.size, dtype=torch.bool, device=device).triu(1), float('-inf'))
            self.masks.append((prefix.repeat_interleave(share * group.size, 0)[None], own.repeat(share, 1)[None]))

    def visibility(self):
        """Per row: its segment, the first clean row it does not see, its scratch group (or -1), its place there, and the last place that it sees."""
        rows = len(self.ids)
        segment, limit, group, place, last = np.full(rows, -1), np.zeros(rows, int), np.full(rows, -1), np.zeros(rows, int), np.zeros(rows, int)
        for i, (start, end) in enumerate(self.segments):
            segment[start:end], limit[start:end] = i, np.arange(start, end) + 1
        count = 0
        for entry in self.groups:
            own = slice(entry.first, entry.first + len(entry.limits) * entry.size)
            segment[own] = entry.segment
            limit[own] = np.repeat(np.array(entry.limits) + self.segments[entry.segment][0], entry.size)
            group[own] = np.repeat(np.arange(count, count + len(entry.limits)), entry.size)
            place[own] = np.arange(own.stop - own.start) % entry.size
            last[own] = np.where(place[own] < entry.lead, place[own], entry.size)
            count += len(entry.limits)
        # Padding sees itself, so that no row has an empty softmax.
        end = rows - self.sizes()[-1]
        group[end:] = np.arange(count, count + rows - end)
        return [torch.from_numpy(x).to(self.ids.device) for x in (segment, limit, group, place, last)]

    def flex_mask(self):
        segment, limit, group, place, last = self.visibility()

        def sees(batch, head, q, k):
            clean = (group[k] < 0) & (segment[k] == segment[q]) & (k < limit[q])
            return clean | ((group[k] >= 0) & (group[k] == group[q]) & (place[k] <= last[q]))
        return create_block_mask(sees, None, None, len(self.ids), len(self.ids), device=self.ids.device)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        y = x.float()
        y = y * torch.rsqrt(y.square().mean(-1, keepdim=True) + EPSILON)
        return (y * self.weight).to(x.dtype)


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm, self.feed_norm = Norm(), Norm()
        self.qkv = nn.Parameter(torch.empty((HEADS + 2 * KV_HEADS) * HEAD, WIDTH))
        self.output = nn.Parameter(torch.empty(WIDTH, HEADS * HEAD))
        self.gate_up = nn.Parameter(torch.empty(2 * FEED, WIDTH))
        self.down = nn.Parameter(torch.empty(WIDTH, FEED))

    def before(self, x, cos, sin):
        y = F.linear(self.attention_norm(x), self.qkv.to(x.dtype)).view(-1, HEADS + 2 * KV_HEADS, HEAD)
        q, k, v = y.split([HEADS, KV_HEADS, KV_HEADS], 1)
        return rotate(q, cos, sin), rotate(k, cos, sin), v

    def after(self, x, y):
        x = x + F.linear(y, self.output.to(x.dtype))
        gate, up = F.linear(self.feed_norm(x), self.gate_up.to(x.dtype)).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, self.down.to(x.dtype))


flex = torch.compile(flex_attention) if torch.cuda.is_available() else flex_attention


def attend(q, k, v, layout, before=None):
    """Rows of all segments and groups; each segment apart, so nothing is padded. `before`: keys and values of the setting's rows."""
    if layout.flex is not None:
        y = flex(*(t.transpose(0, 1)[None] for t in (q, k, v)), block_mask=layout.flex, enable_gqa=True)
        return y[0].transpose(0, 1).reshape(len(q), -1)
    sizes = layout.sizes()
    q, k, v = q.split(sizes), k.split(sizes), v.split(sizes)
    count = len(layout.segments)
    keys, values = k[:count], v[:count]
    if before:
        keys, values = ([torch.cat([x[start:end], y]) for (start, end), y in zip(layout.setting.segments, own)]
                        for x, own in zip(before, (keys, values)))
    rows = [attend_causal(q[i], keys[i], values[i], layout.causal) for i in range(count) if sizes[i]]
    for i, (group, masks) in enumerate(zip(layout.groups, layout.masks)):
        limit = max(group.limits)
        prefix = (keys[group.segment][:limit], values[group.segment][:limit])
        rows.append(attend_block(q[count + i], k[count + i], v[count + i], prefix, group, masks))
    rows.append(q[-1].new_zeros(sizes[-1], HEADS * HEAD))
    return torch.cat(rows)


def attend_causal(q, k, v, mask, stripe=160):
    """In stripes of query rows, each against the keys up to its end: the upper triangle is not computed. The queries are the keys' last rows."""
    rows, share, before = [], HEADS // KV_HEADS, len(k) - len(q)
    for start in range(0, len(q), stripe):
        end = min(start + stripe, len(q))
        folded = q[start:end].view(-1, KV_HEADS, share, HEAD).permute(1, 2, 0, 3).reshape(KV_HEADS, -1, HEAD)
        seen = mask[before + start:before + end, :before + end].repeat(share, 1)[None].expand(KV_HEADS, -1, -1)
        scores = torch.baddbmm(seen, folded, k[:before + end].permute(1, 2, 0), alpha=HEAD ** -.5)
        y = torch.bmm(scores.softmax(-1), v[:before + end].transpose(0, 1))
        rows.append(y.view(KV_HEADS, share, -1, HEAD).permute(2, 0, 1, 3).reshape(end - start, -1))
    return torch.cat(rows)


def attend_block(q, k, v, prefix, group, masks):
    """All groups of a segment against its clean rows at once, and each against itself."""
    count, size, share = len(group.limits), group.size, HEADS // KV_HEADS
    folded = q.view(count, size, KV_HEADS, share, HEAD).permute(2, 0, 3, 1, 4)
    own_q = folded.reshape(KV_HEADS * count, share * size, HEAD)
    own_k, own_v = (t.view(count, size, KV_HEADS, HEAD).permute(2, 0, 1, 3).reshape(KV_HEADS * count, size, HEAD) for t in (k, v))
    own = torch.baddbmm(masks[1].expand(KV_HEADS * count, -1, -1), own_q, own_k.transpose(1, 2), alpha=HEAD ** -.5)
    seen = torch.baddbmm(masks[0].expand(KV_HEADS, -1, -1), folded.reshape(KV_HEADS, -1, HEAD), prefix[0].permute(1, 2, 0), alpha=HEAD ** -.5)
    both = torch.cat([seen, own.view(KV_HEADS, -1, size)], -1).softmax(-1)
    seen, own = both.split([len(prefix[0]), size], -1)
    y = torch.bmm(seen, prefix[1].transpose(0, 1)).view(KV_HEADS * count, share * size, HEAD)
    y = y + torch.bmm(own.reshape(KV_HEADS * count, share * size, size), own_v)
    return y.view(KV_HEADS, count, share, size, HEAD).permute(1, 3, 0, 2, 4).reshape(count * size, -1)


class Model(nn.Module):
    def __init__(self, count_tokens):
        super().__init__()
        self.embedding = nn.Parameter(torch.empty(count_tokens, WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm()
        frequencies = ROPE_BASE ** (-torch.arange(0, HEAD, 2).float() / HEAD)
        angles = torch.outer(torch.arange(MAX_POSITIONS).float(), frequencies)
        self.register_buffer('cos', angles.cos(), persistent=False)
        self.register_buffer('sin', angles.sin(), persistent=False)
        self.before, self.after = Layer.before, Layer.after

    def compile(self):
        # A batch's setting has one of many sizes; past the limit its layers would run uncompiled without a word.
        torch._dynamo.config.recompile_limit = 64
        self.before, self.after = (torch.compile(f, dynamic=False) for f in (Layer.before, Layer.after))

    def forward(self, layout, dtype=FAST):
        """Hidden states, after the last norm, of every row; a setting's rows are left out."""
        with torch.no_grad():
            before = list(self.layer_keys(layout.setting, dtype)) if layout.setting else [None] * len(self.layers)
        layout.prepare(dtype)
        x, cos, sin = self.embed(layout, dtype)
        for layer, own in zip(self.layers, before):
            q, k, v = self.before(layer, x, cos, sin)
            x = self.after(layer, x, attend(q, k, v, layout, own))
        return self.norm(x)

    def layer_keys(self, layout, dtype):
        """Keys and values of every row, layer by layer; nothing after the last layer's is computed."""
        layout.prepare(dtype)
        x, cos, sin = self.embed(layout, dtype)
        for i, layer in enumerate(self.layers):
            q, k, v = self.before(layer, x, cos, sin)
            yield k, v
            if i + 1 < len(self.layers): x = self.after(layer, x, attend(q, k, v, layout))

    def embed(self, layout, dtype):
        cos, sin = (t[layout.positions][:, None].to(dtype) for t in (self.cos, self.sin))
        return F.embedding(layout.ids, self.embedding).to(dtype), cos, sin

    def logits(self, hidden):
        return F.linear(hidden, self.embedding.to(hidden.dtype)).float()

    def named_weights(self):
        """Every weight under its name in a checkpoint file, as views into the parameters."""
        yield 'embedding', self.embedding
        yield 'norm', self.norm.weight
        for i, layer in enumerate(self.layers):
            q, k = HEADS * HEAD, KV_HEADS * HEAD
            parts = {'attentionNorm': layer.attention_norm.weight, 'feedForwardNorm': layer.feed_norm.weight,
                     'query': layer.qkv[:q], 'key': layer.qkv[q:q + k], 'value': layer.qkv[q + k:], 'output': layer.output,
                     'gate': layer.gate_up[:FEED], 'up': layer.gate_up[FEED:], 'down': layer.down}
            for name, weight in parts.items():
                yield f'layers.{i}.{name}', weight

    @torch.no_grad()
    def load_weights(self, weights, path):
        for name, target in self.named_weights():
            if name not in weights or weights[name].shape != tuple(target.shape):
                found = 'missing' if name not in weights else f'of shape {weights[name].shape}'
                raise SystemExit(f'{path}: {name} is {found}, expected {tuple(target.shape)}: a checkpoint of another model')
            target.copy_(torch.from_numpy(np.ascontiguousarray(weights[name])))
