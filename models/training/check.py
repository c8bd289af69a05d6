"""Checks of the training code itself, on a small random model: `python check.py` ends with "N passed, N failed"."""
import math, os, shutil, subprocess, sys, tempfile, traceback
import numpy as np
import torch
import torch.nn.functional as F
import model as modules
from checkpoint import read_safetensors, write_safetensors
from data import ACT, MASKED, WAIT, Batch, Segment, Target, Tokens, add_reply, draw_blocks, make_batch, render, render_text
from evaluate import auc
from model import Group, Layout, Model


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
    segments, groups = [(0, 17), (17, 40)], [Group(0, 40, 4, [3, 17]), Group(1, 48, 5, [23, 9, 1], True)]
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
    segment, limit, group, lead = layout.visibility()
    rows = len(layout.ids)
    sees = torch.zeros(rows, rows, dtype=torch.bool)
    for q in range(rows):
        for k in range(rows):
            if group[k] < 0: sees[q, k] = segment[k] == segment[q] and segment[q] >= 0 and k < limit[q]
            else: sees[q, k] = group[k] == group[q] and (not lead[q] or k == q)
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
            plain, led = draw_blocks(rng, segment, len(segment.ids), 4)
            batch.add_blocks(rng, FakeTokens, index, plain, 0); batch.add_blocks(rng, FakeTokens, index, led, 1)
        if apart: batch.setting.pad(FakeTokens, len(batch.setting.ids) + 3)
        layout, row, label, weight, kind = batch.finish('cpu')
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


DIALOGUE = (np.arange(20, 24), [[np.arange(24, 27), np.arange(27, 29), True], [np.arange(30, 33), np.arange(33, 35), False]],
            [['user', np.arange(40, 46), np.arange(46, 52)], ['call', [(7, np.array([52])), (8, np.array([53])), (9, np.array([54]))]],
             ['result', np.array([55])], ['say', np.arange(56, 60)]])


def a_rendered_dialogue_predicts_its_own_next_tokens():
    for seed in range(40):
        segment = render(np.random.default_rng(seed), FakeTokens, DIALOGUE, 100, 0.)
        for row, label in zip(segment.target.row, segment.target.label): assert segment.ids[row + 1] == label
        reply = segment.replies[0]
        assert segment.ids[reply.start:reply.end] == list(reply.tokens) and reply.tokens[0] == FakeTokens.special['call']


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


def masked_positions_predict_their_own_token():
    rng = np.random.default_rng(3)
    for _ in range(50):
        segment = render(rng, FakeTokens, DIALOGUE, 100, 0.)
        batch = Batch(); batch.add_segment(segment)
        plain, led = draw_blocks(rng, segment, len(segment.ids), 8)
        batch.add_blocks(rng, FakeTokens, 0, plain, 0); batch.add_blocks(rng, FakeTokens, 0, led, 1)
        t = batch.target
        for row, label, kind in zip(t.row, t.label, t.kind):
            if kind < MASKED or batch.ids[row] != FakeTokens.special['mask']: continue
            group = next(g for g in batch.groups if g.first <= row < g.first + g.size * len(g.limits))
            place = (row - group.first) % group.size - group.lead
            limit = group.limits[(row - group.first) // group.size]
            if group.lead:
                content = next(reply for at, reply in segment.cuts if at == limit)
                assert label == (content[place] if place < len(content) else FakeTokens.special['end'])
            else:
                ended = FakeTokens.special['end'] in segment.ids[limit:limit + place]
                assert label == (FakeTokens.special['end'] if ended else segment.ids[limit + place]), (label, place, limit)


def auc_of_known_lists():
    assert auc([3, 4], [1, 2]) == 1 and auc([1, 2], [3, 4]) == 0 and auc([1], [1]) == .5 and auc([], [1]) is None


def main():
    torch.set_num_threads(1)
    checks = [f for f in (the_forward_equals_a_dense_one, a_setting_without_gradient_gives_the_same_rows, flex_attention_equals_the_loop, a_scratch_block_leaves_clean_rows_as_they_are,
                          int8_files_come_back_within_half_a_step, a_rendered_dialogue_predicts_its_own_next_tokens,
                          a_cut_turn_teaches_wait_and_never_the_end, masked_positions_predict_their_own_token, auc_of_known_lists)]
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
