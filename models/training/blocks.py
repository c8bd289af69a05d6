"""Scratch blocks: what a reply's positions hold before they are filled in, and what they should hold then. Knows no files."""
from dataclasses import dataclass
import numpy as np

SIZES = (8, 16, 32)

# Shares of the blocks on replies, by how they begin; the rest is masked at random. `--mix` changes them.
MIX = {
    'cut': .25,         # the reply to a whole turn, given the turn cut: what a draft on a partial is
    'stale': .1,        # begins from another draft: another reply's words, or its own with a token too many or too few
    'complement': .1,   # two blocks, the second masked where the first is not
    'scaffold': .1,     # a call's fixed pieces stand, its values are masked, with up to four nulls behind each
    'infill': .1,       # a gap in a reply, given the text after and before it
    'anywhere': .08,    # any rows of the dialogue
}


@dataclass
class Block:
    """One scratch block: `lead` clean tokens, then positions that are to hold `content`."""
    limit: int  # clean rows of the segment that it sees
    content: np.ndarray
    noise: float | None  # share of positions masked; None: all
    lead: tuple = ()
    corrupted: bool = False  # some visible positions hold tokens of elsewhere
    shown: np.ndarray | None = None  # what visible positions hold instead of `content`
    masked: np.ndarray | None = None  # which positions are masked, where not drawn
    is_cut: bool = False  # the lead is the end of a cut turn: wait is the act
    teacher: int = -1  # clean row that predicts content[0]; the rows after it predict the rest


def noise_level(rng):
    return None if rng.random() < .25 else rng.uniform(.25, 1.)


def fill(special, content, size):
    """Ids of a block that holds `content` and ends after its <end>, and their weights: little beyond the first <end>."""
    content = content[:size]
    ends = np.flatnonzero(content == special['end'])
    if len(ends): content = content[:ends[0] + 1]
    clean = np.full(size, special['end']); clean[:len(content)] = content
    weights = np.ones(size); weights[len(content) + (0 if len(content) and content[-1] == special['end'] else 1):] = .1
    return clean, weights


def mask_of(rng, size, noise):
    rate = np.ones(size) if noise is None else np.full(size, noise)
    # Decoding keeps early positions first, so half of the blocks are noised like that.
    if noise is not None and rng.random() < .5: rate = np.clip(rate + (np.arange(size) / (size - 1) - .5) * .6, .02, 1)
    masked = rng.random(size) < rate
    if not masked.any(): masked[rng.integers(size)] = True
    return masked


def noised(rng, special, block, size, pool):
    """(ids, clean, weights, masked, wrong): what each position holds, should hold, its weight, and which are masked or wrong."""
    clean, weights = fill(special, block.content, size)
    masked = mask_of(rng, size, block.noise) if block.masked is None else block.masked
    shown = clean.copy() if block.shown is None else fill(special, block.shown, size)[0]
    if block.corrupted:
        elsewhere = rng.random(size) < .15
        shown[elsewhere] = rng.choice(pool, int(elsewhere.sum()))
    return np.where(masked, special['mask'], shown), clean, weights, masked, ~masked & (shown != clean)


def draw_blocks(rng, special, segment, length, count, size, mix=MIX):
    """`count` blocks of one segment, `length` rows of which are in the batch."""
    replies = [reply for reply in segment.replies if reply.end <= length]
    cuts = [cut for cut in segment.cuts if cut[0] < length]
    names, blocks = list(mix), []
    while len(blocks) < count:
        at = rng.random()
        kind = next((name for name, end in zip(names, np.cumsum(list(mix.values()))) if at < end), 'plain')
        made = draw(rng, special, kind, segment, replies, cuts, length, size)
        if not made and not replies and length <= size + 8: break
        blocks += (made or draw(rng, special, 'plain' if replies else 'anywhere', segment, replies, cuts, length, size))[:count - len(blocks)]
    return blocks


def draw(rng, special, kind, segment, replies, cuts, length, size):
    """Blocks of a kind, none where the segment has nothing for it."""
    noise, corrupted = noise_level(rng), rng.random() < .3
    if kind == 'anywhere':
        if length <= size + 8: return []
        limit = int(rng.integers(min(segment.setting + 1, length - size - 1), length - size))
        return [Block(limit, np.array(segment.ids[limit:limit + size]), noise, corrupted=corrupted)]
    if kind == 'cut':
        if not cuts: return []
        limit, reply = cuts[rng.integers(len(cuts))]
        return [Block(limit, reply, noise, (special['end'],), corrupted, is_cut=True)]
    if kind == 'scaffold': return scaffold(rng, special, replies, size)
    if kind == 'infill': return infill(rng, special, replies, noise, size)
    if not replies: return []
    reply = replies[rng.integers(len(replies))]
    offset = 0 if reply.apart or rng.random() < .65 else int(rng.integers(1, max(2, len(reply.tokens) - 1)))
    limit, content = reply.start + offset, reply.tokens[offset:]
    # The rows after a decided call's place hold the read-back.
    teacher = -1 if reply.apart else limit - 1
    if kind == 'stale':
        return [Block(limit, content, rng.uniform(.1, .7), shown=stale(rng, special, replies, reply)[offset:], teacher=teacher)]
    block = Block(limit, content, noise, corrupted=corrupted, teacher=teacher)
    if kind != 'complement': return [block]
    masked = mask_of(rng, size, .5)
    return [Block(limit, content, .5, masked=m, teacher=teacher) for m in (masked, ~masked) if m.any()]


def stale(rng, special, replies, reply):
    """Another reply of the same act; or this one with a token too many or too few."""
    others = [r.tokens for r in replies if r is not reply and r.tokens[0] == reply.tokens[0]]
    if others and rng.random() < .5: return others[rng.integers(len(others))]
    at = int(rng.integers(1, len(reply.tokens)))
    if rng.random() < .5 or len(reply.tokens) < 4: return np.insert(reply.tokens, at, reply.tokens[rng.integers(1, len(reply.tokens))])
    return np.delete(reply.tokens, at)


def scaffold(rng, special, replies, size):
    """From the first fixed piece of a call's arguments on, or from a later one."""
    calls = [reply for reply in replies if reply.values is not None and not reply.apart]
    if not calls: return []
    reply = calls[rng.integers(len(calls))]
    starts = [i for i in range(1, len(reply.values)) if reply.values[i - 1] < 0 and reply.values[i] >= 0]
    if not starts: return []
    # The fixed pieces before the first value are clean rows; the block goes on from a value.
    start = starts[rng.integers(len(starts))]
    content, masked = [], []
    for i in range(start, len(reply.tokens)):
        content.append(reply.tokens[i]); masked.append(reply.values[i] >= 0)
        ends_value = reply.values[i] >= 0 and (i + 1 == len(reply.tokens) or reply.values[i + 1] != reply.values[i])
        if ends_value:
            slack = int(rng.integers(0, 5))
            content += [special['null']] * slack; masked += [True] * slack
    masked = np.array(masked[:size] + [False] * max(0, size - len(masked)))
    return [Block(reply.start + start, np.array(content), None, masked=masked)]


def infill(rng, special, replies, noise, size, longest=24):
    """<suffix> text after <prefix> text before, then the gap: as the runtime asks for it."""
    said = [reply for reply in replies if reply.tokens[0] == special['say'] and 6 <= len(reply.tokens) <= longest]
    if not said: return []
    reply = said[rng.integers(len(said))]
    words = reply.tokens[1:-1]
    start = int(rng.integers(0, len(words) - 1))
    end = int(rng.integers(start + 1, min(len(words), start + size - 2) + 1))
    lead = (special['suffix'], *words[end:], special['prefix'], *words[:start])
    return [Block(reply.start, np.array([*words[start:end], special['end']]), noise, lead)]
