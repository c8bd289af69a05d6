"""Token files -> training samples. Sees numbers only: what the pieces mean is the kinds' affair, not their text's."""
import base64, itertools, json, os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
import numpy as np
import torch
from blocks import MIX, SIZES, draw_blocks, noised
from model import Group, Layout

MAGIC, VERSION = 0x4B545052, 3
(INSTRUCTIONS, SIGNATURE, CALLED_SIGNATURE, DESCRIPTION, WRITTEN, RECOGNISED, SAY, NAME, SKELETON, VALUE, RESULT, TEXT, LENGTH_HINT,
 ARGUMENT_DESCRIPTIONS, HEARD_SAY, DECIDED_NAME, DECIDED_SKELETON, DECIDED_VALUE) = range(18)
KINDS = ['instructions', 'signature', 'calledSignature', 'description', 'userWritten', 'userRecognised', 'say',
         'callName', 'callSkeleton', 'callValue', 'result', 'text', 'lengthHint',
         'argumentDescriptions', 'heardSay', 'decidedName', 'decidedSkeleton', 'decidedValue']
BLOCK = 16

# Share of the dialogues drawn: half are calls to businesses, each with its own tools (authored and synthetic).
SHARES = {'authored': .4, 'sgd-near': .16, 'sgd-far': .1, 'star-near': .06, 'star-far': .035, 'tm3': .05, 'tm3r': .005, 'tm4': .015, 'tm4r': .01,
          'r8k': .01, 'snips': .01, 'nlu': .01, 'hr': .01, 'sdc': .01, 'spc': .005, 'topical': .005, 'synthetic': .12}
TEXTS = {'changelog': .7, 'books': .3}


class Tokens:
    """A folder of token files, mapped into memory."""

    def __init__(self, folder):
        try:
            with open(os.path.join(folder, 'index.json')) as file:
                self.index = json.load(file)
        except (OSError, ValueError) as error:
            raise SystemExit(f'{folder}/index.json: {error}; write it with: npm run model -- tokens')
        if self.index['version'] != VERSION or self.index['kinds'] != KINDS:
            raise SystemExit(f'{folder}: written by another version; write it again with: npm run model -- tokens')
        self.folder, self.files = folder, {entry['file']: entry for entry in self.index['files']}
        for name, entry in self.files.items():
            path = os.path.join(folder, name)
            if not os.path.exists(path) or os.path.getsize(path) != entry['sizeBytes']:
                raise SystemExit(f'{path}: missing or damaged; write it again with: npm run model -- tokens')
        self.special = self.index['specials']
        bits = np.frombuffer(base64.b64decode(self.index['wordStarts']), np.uint8)
        self.starts_word = np.unpackbits(bits, bitorder='little')[:self.index['countTokens']].astype(bool)
        self.opened = {}

    def source(self, name):
        if name not in self.opened:
            if name + '.tokens' not in self.files: raise SystemExit(f'{self.folder} has no {name}.tokens: the data lacks this source')
            self.opened[name] = Source(os.path.join(self.folder, name + '.tokens'))
        return self.opened[name]


class Source:
    def __init__(self, path):
        words = np.memmap(path, '<u4', 'r', shape=(8,))
        if words[0] != MAGIC or words[1] != VERSION:
            raise SystemExit(f'{path}: not a token file of version {VERSION}')
        dialogues, pieces, ids = (int(words[i]) for i in (2, 3, 4))
        self.dialogues = np.memmap(path, '<u4', 'r', 32, (dialogues + 1,))
        self.pieces = np.memmap(path, '<u4', 'r', 32 + 4 * (dialogues + 1), (pieces + 1,))
        at = 32 + 4 * (dialogues + pieces + 2)
        self.ids = np.memmap(path, '<u2', 'r', at, (ids,))
        self.kinds = np.memmap(path, 'u1', 'r', at + 2 * ids, (pieces,))

    def __len__(self):
        return len(self.dialogues) - 1

    def pieces_of(self, i):
        for p in range(self.dialogues[i], self.dialogues[i + 1]):
            yield int(self.kinds[p]), self.ids[self.pieces[p]:self.pieces[p + 1]].astype(np.int64)

    def dialogue(self, i):
        instructions, hint, tools, turns = None, None, [], []
        for kind, ids in self.pieces_of(i):
            if kind == INSTRUCTIONS: instructions = ids
            elif kind == LENGTH_HINT: hint = ids
            elif kind in (SIGNATURE, CALLED_SIGNATURE): tools.append([ids, None, kind == CALLED_SIGNATURE, None])
            elif kind == DESCRIPTION: tools[-1][1] = ids
            elif kind == ARGUMENT_DESCRIPTIONS: tools[-1][3] = ids
            elif kind == WRITTEN: turns.append(['user', ids, None])
            elif kind == RECOGNISED: turns[-1][2] = ids
            elif kind == NAME: turns.append(['call', [(kind, ids)]])
            elif kind in (SKELETON, VALUE): turns[-1][1].append((kind, ids))
            elif kind == DECIDED_NAME: turns.append(['decided', [(NAME, ids)]])
            elif kind in (DECIDED_SKELETON, DECIDED_VALUE): turns[-1][1].append((SKELETON if kind == DECIDED_SKELETON else VALUE, ids))
            elif kind == HEARD_SAY: turns.append(['heard', ids])
            elif kind == SAY: turns.append(['say', ids])
            elif kind == RESULT: turns.append(['result', ids])
            else: raise SystemExit(f'piece kind {kind} inside a dialogue')
        return instructions, tools, turns, hint


@dataclass
class Target:
    """Rows that predict: row, label, weight and what kind of prediction it is."""
    row: list = field(default_factory=list)
    label: list = field(default_factory=list)
    weight: list = field(default_factory=list)
    kind: list = field(default_factory=list)
    teacher: list = field(default_factory=list)

    def add(self, row, label, weight, kind, teacher=-1):
        self.row.append(row); self.label.append(int(label)); self.weight.append(weight); self.kind.append(kind); self.teacher.append(teacher)


@dataclass
class Reply:
    """A reply in its segment: `start` is the row of its act token, `end` the row after its <end>. `values`: of a call, each token's argument or -1.

    `apart`: a call that was decided, and read back in its place: its rows are no rows of the segment, `end` is `start`."""
    start: int
    end: int
    tokens: np.ndarray
    values: list | None = None
    apart: bool = False


@dataclass
class Segment:
    """A dialogue, rendered. Targets count rows from the segment's first; `cuts` are (limit, reply) of user turns cut at a word.

    `branches` are decided calls, (limit, tokens, target): rows that go on from the first `limit` ones instead of what follows there."""
    ids: list = field(default_factory=list)
    setting: int = 0
    target: Target = field(default_factory=Target)
    replies: list = field(default_factory=list)
    cuts: list = field(default_factory=list)
    branches: list = field(default_factory=list)


# What a small model gets wrong most and what matters most to a caller: which act it is, and what is copied from the caller or a tool.
ACT_WEIGHT, COPIED_WEIGHT = 2., 2.

MAX_TOOLS = 16

# Kinds of target: the causal head's, and the block's.
ACT, REPLY, NAMED, ARGUMENT, SPOKEN, TURN_END, WAIT, PLAIN, MASKED, KEPT, FILLED = range(11)


def render(rng, tokens, dialogue, longest, cut_share, recognised=None, most_others=5, descriptions=None, hint_share=.2):
    """One dialogue with tools drawn anew. With `cut_share` it ends inside a user turn, then the reply to the whole turn."""
    s, (instructions, tools, turns, hint) = tokens.special, dialogue
    out = Segment(ids=[s['bos']])
    if instructions is not None: out.ids += [s['sys'], *instructions, *(hint if hint is not None and rng.random() < hint_share else [])]
    others = [i for i, tool in enumerate(tools) if not tool[2]]
    # Half of the dialogues offer all tools, as a running agent does.
    count_others = len(others) if rng.random() < .5 else int(rng.integers(0, most_others + 1))
    chosen = [i for i, tool in enumerate(tools) if tool[2]] + list(rng.permutation(others)[:count_others])
    descriptions = rng.random() < .6 if descriptions is None else descriptions
    arguments = descriptions and rng.random() < .6
    for i in rng.permutation(chosen[:MAX_TOOLS]).astype(int):
        out.ids += [s['tool'], *tools[i][0], *(tools[i][1] if descriptions and tools[i][1] is not None else [])]
        if arguments and tools[i][3] is not None: out.ids += [*tools[i][3]]
    out.ids = out.ids[:longest * 2 // 3]
    out.setting = len(out.ids)
    recognised = rng.random() < .7 if recognised is None else recognised
    form = 2 if recognised else 1

    # A dialogue that does not fit starts at a random user turn.
    lengths = [0 if turn[0] == 'decided' else sum(len(ids) for _, ids in turn[1]) if turn[0] == 'call' else len(turn[-1]) for turn in turns]
    room, first = longest - out.setting, 0
    if sum(lengths) + 2 * len(turns) > room:
        rest = np.cumsum(lengths[::-1])[::-1]
        starts = [i for i, turn in enumerate(turns) if turn[0] == 'user' and rest[i] > room * .6]
        first = int(rng.choice(starts)) if starts and rng.random() < .7 else 0
    cuttable = [i for i in range(first, len(turns) - 1) if turns[i][0] == 'user' and len(turns[i][form]) > 3 and turns[i + 1][0] != 'heard']
    cut_turn = int(rng.choice(cuttable)) if cuttable and rng.random() < cut_share else -1
    # Tokens of any call's values and of the results so far: a reply that has one tells something.
    telling = {int(token) for turn in turns if turn[0] in ('call', 'decided') for kind, ids in turn[1] if kind == VALUE for token in ids}

    for i in range(first, len(turns)):
        turn, at = turns[i], len(out.ids)
        if at + lengths[i] + 2 > longest: break
        if turn[0] == 'user':
            words = turn[form]
            points = cut_points(tokens, words)
            if i == cut_turn and points:
                length = late(rng, points)
                out.ids += [s['user'], *words[:length], s['end']]
                for j in range(length): out.target.add(at + j, words[j], .3, SPOKEN)
                out.target.add(at + length, words[length], .3, SPOKEN)
                row = len(out.ids) - 1
                out.target.add(row, s['wait'], .8, WAIT)
                add_reply(out, tokens, turns[i + 1], .2, .6, telling)
                break
            out.ids += [s['user'], *words, s['end']]
            for j in range(len(words)): out.target.add(at + j, words[j], .3, SPOKEN)
            out.target.add(at + len(words), s['end'], .5, TURN_END)
            if i + 1 < len(turns) and points and turns[i + 1][0] != 'heard':
                out.cuts.append((at + 1 + late(rng, points), reply_tokens(tokens, turns[i + 1])))
        elif turn[0] == 'heard':
            out.ids += [s['say'], *turn[1], s['end']]
        elif turn[0] == 'decided':
            add_decided(out, tokens, turn, telling)
        elif turn[0] == 'result':
            out.ids += [s['result'], *turn[1], s['end']]
            telling.update(int(token) for token in turn[1])
        else:
            add_reply(out, tokens, turn, ACT_WEIGHT, 1., telling)
    return out


def cut_points(tokens, words):
    """Where a recogniser's partial may end: before a token that begins a word."""
    return [j for j in range(1, len(words)) if tokens.starts_word[words[j]]]


def late(rng, points):
    """Late points more often than early ones."""
    return points[int((1 - rng.random() ** 2) * len(points) * .999999)]


def reply_tokens(tokens, turn):
    s = tokens.special
    if turn[0] == 'say': return np.array([s['say'], *turn[1], s['end']])
    return np.array([s['call'], *np.concatenate([ids for _, ids in turn[1]]), s['end']])


def reply_targets(tokens, turn, act_weight, weight, telling):
    """(tokens, values, target): each token of a reply is predicted by the row before it, the first by row -1."""
    reply, values, target = reply_tokens(tokens, turn), None, Target()
    kinds = [ACT]
    if turn[0] == 'say': kinds += [REPLY] * (len(reply) - 1)
    else:
        kinds += [NAMED if kind == NAME else ARGUMENT for kind, ids in turn[1] for _ in ids] + [ARGUMENT]
        values = [-1, *(i if kind == VALUE else -1 for i, (kind, ids) in enumerate(turn[1]) for _ in ids), -1]
    copied = [values[j] >= 0 if values else int(label) in telling for j, label in enumerate(reply)]
    for j, (label, kind) in enumerate(zip(reply, kinds)):
        target.add(j - 1, label, act_weight if kind == ACT else weight * (COPIED_WEIGHT if copied[j] else 1), kind)
    return reply, values, target


def add_reply(out, tokens, turn, act_weight, weight, telling):
    start = len(out.ids)
    reply, values, target = reply_targets(tokens, turn, act_weight, weight, telling)
    for row, *rest in zip(target.row, target.label, target.weight, target.kind): out.target.add(start + row, *rest)
    out.ids += list(reply)
    out.replies.append(Reply(start, len(out.ids), reply, values))


def add_decided(out, tokens, turn, telling):
    """The row before predicts the call; its rows stand apart, for what follows there is the read-back."""
    start = len(out.ids)
    reply, values, target = reply_targets(tokens, turn, ACT_WEIGHT, 1., telling)
    out.target.add(start - 1, target.label[0], target.weight[0], ACT)
    out.branches.append((start, reply, target))
    out.replies.append(Reply(start, start, reply, values, True))


def render_text(ids):
    out = Segment(ids=list(ids))
    for j in range(len(ids) - 1): out.target.add(j, ids[j + 1], .3, PLAIN)
    return out


class Batch:
    """Segments and scratch groups put together: a Layout, and targets by row. With `apart`, settings become rows without gradient."""

    def __init__(self, apart=False):
        self.ids, self.positions, self.segments, self.groups, self.target = [], [], [], [], Target()
        self.setting, self.clean, self.apart = Batch() if apart else None, [], []

    def add_segment(self, segment, length=None):
        """`length`: how many of its rows, those of the setting included."""
        ids = segment.ids[:length]
        # The setting's last row predicts the act of an agent that speaks first.
        apart = max(0, min(len(ids), segment.setting) - 1) if self.setting else 0
        if self.setting: self.setting.add_segment(Segment(ids[:apart]))
        start = len(self.ids)
        self.ids += ids[apart:]
        self.positions += range(apart, len(ids))
        self.segments.append((start, len(self.ids)))
        self.clean.append(ids); self.apart.append(apart)
        for row, label, weight, kind in zip(segment.target.row, segment.target.label, segment.target.weight, segment.target.kind):
            if row < len(ids) and (length is None or row + 1 < length or kind in (WAIT, ACT)):
                self.target.add(start + row - apart, label, weight, kind)

    def add_branches(self, index, segment, length=None, most_rows=None):
        """Decided calls of one segment, as far as there is room: causal rows that see the segment's first ones."""
        for limit, reply, target in segment.branches:
            first = len(self.ids)
            if length is not None and limit > length or most_rows is not None and first + len(reply) > most_rows: continue
            self.groups.append(Group(index, first, len(reply), [limit], len(reply)))
            self.ids += [int(token) for token in reply]
            self.positions += range(limit, limit + len(reply))
            for row, *rest in zip(target.row[1:], target.label[1:], target.weight[1:], target.kind[1:]): self.target.add(first + row, *rest)

    def add_blocks(self, rng, tokens, index, blocks, size=BLOCK):
        """Blocks of one segment, those with as many clean tokens in front together."""
        s, pool, start = tokens.special, np.array(self.clean[index]), self.segments[index][0] - self.apart[index]
        for lead in sorted({len(block.lead) for block in blocks}):
            mine = [block for block in blocks if len(block.lead) == lead]
            self.groups.append(Group(index, len(self.ids), size + lead, [block.limit for block in mine], lead))
            for block in mine:
                first = len(self.ids) + lead
                if block.is_cut:
                    self.target.add(first - 1, s['wait'], .8, WAIT)
                    self.target.add(first - 1, block.content[0], .2, ACT)
                ids, clean, weights, masked, wrong = noised(rng, s, block, size, pool)
                self.ids += [*block.lead, *ids.tolist()]
                self.positions += range(block.limit, block.limit + lead + size)
                for j in range(size):
                    teacher = start + block.teacher + j if block.teacher >= 0 and j < len(block.content) else -1
                    if masked[j]: self.target.add(first + j, clean[j], weights[j], MASKED if weights[j] == 1 else FILLED, teacher)
                    elif wrong.any(): self.target.add(first + j, clean[j], (1. if wrong[j] else .3) * weights[j], KEPT)

    def pad(self, tokens, rows):
        missing = rows - len(self.ids)
        self.ids += [tokens.special['pad']] * missing
        self.positions += [0] * missing

    def finish(self, device):
        """(layout, row, label, weight, kind, teacher): a teacher is the target whose prediction of the same token is worth learning, or -1."""
        t = self.target
        of_row = {row: i for i, (row, kind) in enumerate(zip(t.row, t.kind)) if kind in (ACT, REPLY, NAMED, ARGUMENT)}
        for row, kind in zip(t.row, t.kind):
            if kind == WAIT: of_row.pop(row, None)  # after a cut turn the head would rather wait
        teacher = [of_row.get(row, -1) if row >= 0 else -1 for row in t.teacher]
        return self.layout(device), torch.tensor(t.row, device=device), torch.tensor(t.label, device=device), \
            torch.tensor(t.weight, dtype=torch.float32, device=device), torch.tensor(t.kind, device=device), torch.tensor(teacher, device=device)

    def layout(self, device):
        setting = self.setting.layout(device) if self.setting and self.setting.ids else None
        return Layout(torch.tensor(self.ids, device=device), torch.tensor(self.positions, device=device), self.segments, self.groups, setting)


def make_batch(tokens, seed, count_clean, count_blocks, longest, apart, mix=MIX, split='train', shares=SHARES, cut_share=.25):
    """The batch of one step, a function of its seed alone. Every batch of the same counts has the same number of rows with gradient.

    `count_blocks` counts blocks of 16; a batch may have twice as many of 8 instead, or half as many of 32."""
    rng, batch, segments = np.random.default_rng(seed), Batch(apart), []
    names, weights = list(shares), np.array(list(shares.values()))
    while True:
        room = count_clean - len(batch.ids)
        if room < 8: break
        if room < 160:
            source = tokens.source(f'{split}-' + rng.choice(list(TEXTS), p=list(TEXTS.values())))
            (_, ids), = source.pieces_of(int(rng.integers(len(source))))
            at = int(rng.integers(max(1, len(ids) - room)))
            segment = render_text([tokens.special['bos'], *ids[at:at + room - 1]])
        else:
            source = tokens.source(f'{split}-' + rng.choice(names, p=weights / weights.sum()))
            segment = render(rng, tokens, source.dialogue(int(rng.integers(len(source)))), min(longest, max(room, 256)), cut_share)
        length = min(room + (max(0, segment.setting - 1) if apart else 0), len(segment.ids))
        batch.add_segment(segment, length if length < len(segment.ids) else None)
        segments.append((segment, length))
    share = np.array([len([r for r in segment.replies if r.end <= length]) for segment, length in segments], float) + .05
    size = int(rng.choice(SIZES, p=(.2, .6, .2)))
    most_rows = -(-(count_clean + count_blocks * (BLOCK + 4)) // 128) * 128
    counts = rng.multinomial(count_blocks * BLOCK // size, share / share.sum())
    for index, (segment, length) in enumerate(segments): batch.add_branches(index, segment, length, most_rows)
    for index, ((segment, length), count) in enumerate(zip(segments, counts)):
        blocks = draw_blocks(rng, tokens.special, segment, length, count, size, mix)
        room = most_rows - len(batch.ids)
        fitting = np.cumsum([size + len(block.lead) for block in blocks]) <= room
        batch.add_blocks(rng, tokens, index, list(itertools.compress(blocks, fitting)), size)
    batch.pad(tokens, most_rows)
    # Few different sizes, for each is compiled once.
    if batch.setting: batch.setting.pad(tokens, -(-len(batch.setting.ids) // 512) * 512)
    return batch


def stream_batches(tokens, seed, step, micro_batches, workers, *counts):
    """The batches of `step` and on, in order; with workers, made ahead in other processes. Ends when it is closed."""
    seeds = ([seed, at, micro] for at in itertools.count(step) for micro in range(micro_batches))
    if not workers:
        yield from (make_batch(tokens, seed, *counts) for seed in seeds)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context('spawn'), initializer=open_tokens, initargs=(tokens.folder,)) as pool:
        ahead = deque(pool.submit(make_batch_there, next(seeds), *counts) for _ in range(3 * workers))
        while True:
            ahead.append(pool.submit(make_batch_there, next(seeds), *counts))
            yield ahead.popleft().result()


def open_tokens(folder):
    global opened
    opened = Tokens(folder)


def make_batch_there(seed, *counts):
    return make_batch(opened, seed, *counts)
