"""Checks of the training code itself, on a small random model: `python check.py` ends with "N passed, N failed"."""
import math, os, shutil, subprocess, sys, tempfile, traceback
import numpy as np
import torch
import torch.nn.functional as F
import model as modules
from checkpoint import read_safetensors, write_safetensors
from blocks import MIX, SIZES, draw_blocks, infill
from data import ACT, ARGUMENT, KEPT, MASKED, NAMED, Batch, render, render_text
from evaluate import auc
from model import Group, Layout, Model
from train import losses


def small_model(count_tokens=64):
    modules.LAYERS = 3
    torch.manual_seed(0)
    model = Model(count_tokens)
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 2: p.normal_(0, .15)
    return model


def example_layout(model, rows=96):
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(17, len(model.embedding), (rows,), generator=generator)
    segments, groups = [(0, 17), (17, 40)], [Group(0, 40, 4, [3, 17]), Group(1, 48, 5, [23, 9, 1], 2)]
    positions = torch.zeros(rows, dtype=torch.long)
    for start, end in segments: positions[start:end] = torch.arange(end - start)
    for group in groups:
        for i, limit in enumerate(group.limits):
            at = group.first + i * group.size
            positions[at:at + group.size] = torch.arange(limit, limit + group.size)
    return Layout(ids, positions, segments, groups)


def the_forward_equals_a_dense_one():
    """Every row once more, alone: its visible rows as one dense masked attention, in float."""
    model = small_model()
    layout = example_layout(model)
    fast = model(layout, torch.float32)
    segment, limit, group, place, last = layout.visibility()
    rows = len(layout.ids)
    sees = torch.zeros(rows, rows, dtype=torch.bool)
    for q in range(rows):
        for k in range(rows):
            if group[k] < 0: sees[q, k] = segment[k] == segment[q] and segment[q] >= 0 and k < limit[q]
            else: sees[q, k] = group[k] == group[q] and place[k] <= last[q]
    original = modules.attend
    modules.attend = lambda q, k, v, *_: F.scaled_dot_product_attention(
        *(t.transpose(0, 1)[None] for t in (q, k, v)), attn_mask=sees, enable_gqa=True)[0].transpose(0, 1).reshape(rows, -1)
    dense = model(layout, torch.float32)
    modules.attend = original
    assert torch.allclose(fast[:63], dense[:63], atol=1e-4), (fast - dense)[:63].abs().max()


def a_setting_without_gradient_gives_the_same_rows():
    """The dialogue whole, and with its instructions and tools apart: same targets, same hidden states, no gradient before."""
    model = small_model()
    hidden = []
    for apart in (False, True):
        rng = np.random.default_rng(5)
        segments = [render(rng, FakeTokens, DIALOGUE, 100, 0.) for _ in range(2)] + [render_text(range(40, 50))]
        batch = Batch(apart)
        for segment in segments: batch.add_segment(segment)
        for index, segment in enumerate(segments[:2]):
            batch.add_blocks(rng, FakeTokens, index, draw_blocks(rng, FakeTokens.special, segment, len(segment.ids), 8, 16))
        if apart: batch.setting.pad(FakeTokens, len(batch.setting.ids) + 3)
        layout, row, label, weight, kind, _ = batch.finish('cpu')
        assert bool(layout.setting) == apart
        hidden.append((model(layout, torch.float32)[row], label, weight, kind))
    for whole, parts in zip(*hidden): assert torch.allclose(whole.float(), parts.float(), atol=1e-5)
    hidden[1][0].sum().backward()
    told = DIALOGUE[0][0]
    assert model.embedding.grad[told].abs().max() == 0 and model.embedding.grad[40:60].abs().max() > 0


def flex_attention_equals_the_loop():
    model = small_model()
    layout = example_layout(model)
    with torch.no_grad():
        loop = model(layout, torch.float32)
        layout.prepare = lambda dtype: setattr(layout, 'flex', layout.flex_mask())
        flexed = model(layout, torch.float32)
    assert torch.allclose(loop[:63], flexed[:63], atol=1e-4), (loop - flexed)[:63].abs().max()


def a_scratch_block_leaves_clean_rows_as_they_are():
    model = small_model()
    layout = example_layout(model)
    before = model(layout, torch.float32)[:40]
    layout.ids[40:] = 18
    assert torch.equal(before, model(layout, torch.float32)[:40])


def int8_files_come_back_within_half_a_step():
    model = small_model()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'weights.safetensors')
        weights = {name: w.detach().numpy() for name, w in model.named_weights()}
        write_safetensors(path, weights, {})
        again = read_safetensors(path)
        for name, w in weights.items():
            step = np.abs(w).max(-1, keepdims=True) / 127 if w.ndim == 2 else 1e-9
            assert (np.abs(w - again[name]) <= step * .5001 + 1e-9).all(), name
        first = open(path, 'rb').read()
        write_safetensors(path, again, {})
        assert first == open(path, 'rb').read(), 'a second rounding moves nothing'
        with open(path, 'wb') as file: file.write(first[:-100])
        try: read_safetensors(path)
        except SystemExit as error: assert path in str(error)
        else: raise AssertionError('a truncated file was read')


class FakeTokens:
    special = {name: i for i, name in enumerate('pad bos end sys tool user say call result wait bye mask null think hand prefix suffix'.split())}
    starts_word = np.ones(64, bool)


DIALOGUE = (np.arange(20, 24), [[np.arange(24, 27), np.arange(27, 29), True, np.arange(38, 39)], [np.arange(30, 33), np.arange(33, 35), False, None]],
            [['user', np.arange(40, 46), np.arange(46, 52)], ['call', [(7, np.array([52])), (8, np.array([53])), (9, np.array([54]))]],
             ['result', np.array([55])], ['say', np.arange(56, 60)]], np.arange(36, 38))


def a_rendered_dialogue_predicts_its_own_next_tokens():
    for seed in range(40):
        segment = render(np.random.default_rng(seed), FakeTokens, DIALOGUE, 100, 0.)
        for row, label in zip(segment.target.row, segment.target.label): assert segment.ids[row + 1] == label
        reply = segment.replies[0]
        assert segment.ids[reply.start:reply.end] == list(reply.tokens) and reply.tokens[0] == FakeTokens.special['call']


CALL = [(7, np.array([52])), (8, np.array([53])), (9, np.array([54]))]
READ_BACK = (DIALOGUE[0], DIALOGUE[1], [DIALOGUE[2][0], ['decided', CALL], ['heard', np.arange(57, 60)], ['user', np.array([45]), np.array([46])], ['call', CALL],
                                        ['result', np.array([55])], ['say', np.arange(56, 60)]], DIALOGUE[3])


def a_decided_call_is_learnt_as_if_it_stood_there_and_its_read_back_is_not():
    model = small_model()
    heard = []
    for dialogue in (READ_BACK, DIALOGUE):
        segment = render(np.random.default_rng(3), FakeTokens, dialogue, 100, 0.)
        batch = Batch()
        batch.add_segment(segment)
        batch.add_branches(0, segment)
        layout, row, label, weight, kind, _ = batch.finish('cpu')
        in_call = (kind == ACT) | (kind == NAMED) | (kind == ARGUMENT)
        first = in_call.nonzero().flatten()
        # Targets of branches come after those of the segment, but for the act.
        at = [int(first[0]), *(first[-4:] if dialogue is READ_BACK else first[1:5])]
        heard.append((model.logits(model(layout, torch.float32)[row[torch.tensor(at)]]), label[torch.tensor(at)]))
        if dialogue is READ_BACK:
            said = [i for i, id in enumerate(segment.ids) if id == FakeTokens.special['say']][0]
            learnt = {r + 1 for r in segment.target.row} & set(range(said, said + 5))
            assert not learnt - {said}, 'the words of a read-back carry no loss'
            assert [l for r, l in zip(segment.target.row, segment.target.label) if r + 1 == said] == [FakeTokens.special['call']]
    assert torch.equal(heard[0][1], heard[1][1])
    assert torch.allclose(heard[0][0], heard[1][0], atol=1e-4)


def a_length_hint_follows_the_instructions_now_and_then():
    hinted = [36 in render(np.random.default_rng(seed), FakeTokens, DIALOGUE, 100, 0.).ids for seed in range(200)]
    assert 20 < sum(hinted) < 60
    ids = render(np.random.default_rng(hinted.index(True)), FakeTokens, DIALOGUE, 100, 0.).ids
    assert ids[2:8] == [20, 21, 22, 23, 36, 37]


def a_cut_turn_teaches_wait_and_never_the_end():
    cuts = 0
    for seed in range(60):
        segment = render(np.random.default_rng(seed), FakeTokens, DIALOGUE, 100, 1.)
        end = segment.ids.index(FakeTokens.special['end'])
        labels = [(row, label) for row, label in zip(segment.target.row, segment.target.label) if row >= end - 1]
        words = [w for w in segment.ids[segment.ids.index(FakeTokens.special['user']) + 1:end]]
        if len(words) == 6: continue
        cuts += 1
        assert (end - 1, FakeTokens.special['end']) not in labels
        assert (end, FakeTokens.special['wait']) in labels and (end, FakeTokens.special['call']) in labels
    assert cuts > 50


def batches_of(kind, seeds=40, size=16):
    """Batches of one dialogue whose blocks are all of one kind."""
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        segment = render(rng, FakeTokens, DIALOGUE, 100, 0.)
        batch = Batch(); batch.add_segment(segment)
        mix = {name: float(name == kind) for name in MIX}
        blocks = draw_blocks(rng, FakeTokens.special, segment, len(segment.ids), 8, size, mix)
        batch.add_blocks(rng, FakeTokens, 0, blocks, size)
        yield segment, batch, blocks


def rows_of(batch, blocks, size=16):
    """(block, its lead's ids, its ids, targets by place) in the order of the batch."""
    t, clean = batch.target, len(batch.clean[0])
    ordered = sorted(blocks, key=lambda block: len(block.lead))
    at = clean
    for block in ordered:
        first = at + len(block.lead)
        targets = {row - first: (label, weight, kind) for row, label, weight, kind in zip(t.row, t.label, t.weight, t.kind)
                   if first <= row < first + size}
        yield block, batch.ids[at:first], batch.ids[first:first + size], targets
        at = first + size
    assert at == len(batch.ids)


def masked_positions_predict_their_own_token():
    s = FakeTokens.special
    for kind in (*MIX, 'plain'):
        for size in SIZES:
            for segment, batch, blocks in batches_of(kind, 20, size):
                for block, lead, ids, targets in rows_of(batch, blocks, size):
                    assert tuple(lead) == tuple(block.lead)
                    ended = list(block.content).index(s['end']) if s['end'] in block.content else len(block.content)
                    for place in range(size):
                        expected = block.content[place] if place < ended else s['end']
                        if ids[place] == s['mask']: assert targets[place][0] == expected, (kind, place)
                        elif kind in ('cut', 'infill', 'scaffold') and not block.corrupted: assert ids[place] == expected


def complements_mask_every_position_once():
    for segment, batch, blocks in batches_of('complement'):
        for first, second in zip(blocks[::2], blocks[1::2]):
            if first.limit == second.limit and len(first.content) == len(second.content) and first.masked is not None:
                assert (first.masked ^ second.masked).all()


def a_scaffold_masks_values_alone_and_pads_them_with_null():
    s, found = FakeTokens.special, 0
    for segment, batch, blocks in batches_of('scaffold'):
        for block, lead, ids, targets in rows_of(batch, blocks):
            if block.masked is None: continue
            found += 1
            call = segment.replies[0]
            assert segment.ids[block.limit - 1] == 53, 'the fixed piece before the value is a clean row'
            assert [t for t in block.content if t != s['null']] == [54, s['end']]
            assert ids[0] == s['mask'] and targets[0][0] == 54 and targets[0][2] == MASKED
            end = list(block.content).index(s['end'])
            assert all(ids[j] == s['mask'] for j in range(end)) and ids[end] == s['end'] and call.values == [-1, -1, -1, 2, -1]
    assert found


def a_gap_lies_between_what_is_asked():
    s, dialogue = FakeTokens.special, (DIALOGUE[0], DIALOGUE[1], [*DIALOGUE[2][:3], ['say', np.arange(40, 50)]], None)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        segment = render(rng, FakeTokens, dialogue, 100, 0.)
        block, = infill(rng, s, segment.replies, .5, 8)
        after, before = block.lead[1:block.lead.index(s['prefix'])], block.lead[block.lead.index(s['prefix']) + 1:]
        assert block.lead[0] == s['suffix'] and [*before, *block.content[:-1], *after] == list(range(40, 50))
        assert 1 <= len(block.content) - 1 <= 6 and block.content[-1] == s['end'] and block.limit == segment.replies[-1].start


def a_stale_draft_shows_wrong_tokens_and_asks_for_the_right_ones():
    wrong = 0
    for segment, batch, blocks in batches_of('stale'):
        for block, lead, ids, targets in rows_of(batch, blocks):
            for place, (label, weight, kind) in targets.items():
                if kind == KEPT and ids[place] != label and weight == 1: wrong += 1
    assert wrong > 50


def teachers_predict_the_same_token():
    for kind in ('plain', 'stale', 'complement'):
        for segment, batch, blocks in batches_of(kind):
            _, row, label, weight, kinds, teacher = batch.finish('cpu')
            taught = (teacher >= 0).nonzero().flatten()
            assert len(taught) and (label[taught] == label[teacher[taught]]).all() and (kinds[taught] >= MASKED).all() and (kinds[teacher[taught]] < MASKED).all()


def distilling_from_oneself_moves_the_block_towards_the_head():
    model = small_model()
    torch.manual_seed(2)
    _, batch, _ = next(batches_of('plain'))
    made = batch.finish('cpu')
    row, kinds, teacher = made[1], made[4], made[5]
    taught = (teacher >= 0).nonzero().flatten()

    def distance():
        logits = model.logits(model(made[0], torch.float32)[row])
        return F.kl_div(logits[taught].log_softmax(-1), logits[teacher[taught]].softmax(-1), reduction='batchmean').item()
    before = distance()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(30):
        _, block, _ = losses(model, made, distil=1.)
        block.backward(); optimiser.step(); optimiser.zero_grad()
    assert distance() < before


def auc_of_known_lists():
    assert auc([3, 4], [1, 2]) == 1 and auc([1, 2], [3, 4]) == 0 and auc([1], [1]) == .5 and auc([], [1]) is None


def main():
    torch.set_num_threads(1)
    checks = [the_forward_equals_a_dense_one, a_setting_without_gradient_gives_the_same_rows, flex_attention_equals_the_loop,
              a_scratch_block_leaves_clean_rows_as_they_are, int8_files_come_back_within_half_a_step, a_rendered_dialogue_predicts_its_own_next_tokens,
              a_decided_call_is_learnt_as_if_it_stood_there_and_its_read_back_is_not,
              a_cut_turn_teaches_wait_and_never_the_end, a_length_hint_follows_the_instructions_now_and_then, masked_positions_predict_their_own_token, complements_mask_every_position_once,
              a_scaffold_masks_values_alone_and_pads_them_with_null, a_gap_lies_between_what_is_asked,
              a_stale_draft_shows_wrong_tokens_and_asks_for_the_right_ones, teachers_predict_the_same_token,
              distilling_from_oneself_moves_the_block_towards_the_head, auc_of_known_lists]
    failed = 0
    for check in checks:
        try:
            check()
            print('ok  ', check.__name__.replace('_', ' '))
        except Exception:
            failed += 1
            print('FAIL', check.__name__.replace('_', ' ')); traceback.print_exc()
    print(f'{len(checks) - failed} passed, {failed} failed')
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
