"""Dev metrics of a checkpoint, quick and the same at every call: losses, acts, tool names, end of turn."""
import argparse, json, time
import numpy as np
import torch
import torch.nn.functional as F
from blocks import Block
from checkpoint import read_safetensors
from data import (ACT, ARGUMENT, MASKED, NAMED, REPLY, SPOKEN, TURN_END, Batch, Tokens, cut_points, render)
from model import Model

SOURCES = {'sgd': ['sgd-near', 'sgd-far'], 'star': ['star-near', 'star-far'], 'tm': ['tm3', 'tm4'], 'multiwoz': ['multiwoz'],
           'sdc': ['sdc'], 'authored': ['authored']}
NOISES = (None, .75, .5, .25)


def auc(positive, negative):
    """Share of pairs in which the positive is above the negative; ties count half."""
    if not positive or not negative: return None
    order = np.sort(np.array(negative))
    below = np.searchsorted(order, positive, 'left') + np.searchsorted(order, positive, 'right')
    return float(np.mean(below) / 2 / len(negative))


@torch.no_grad()
def evaluate_source(model, tokens, names, count, blocks=6, longest=1024, seed=11):
    """Dialogues with user turns as recognised, and `blocks` reply blocks each, for every noise level."""
    s, sums, end_yes, end_no = tokens.special, {}, [], []

    def tally(name, values):
        total = sums.setdefault(name, [0., 0])
        total[0] += float(values.sum()); total[1] += int(values.numel())

    for index in range(count):
        rng = np.random.default_rng([seed, index])
        source = tokens.source('dev-' + names[index % len(names)])
        dialogue = source.dialogue(int(rng.integers(len(source))))
        segment = render(rng, tokens, dialogue, longest, 0., recognised=True, most_others=4, hint_share=0.)
        batch = Batch()
        batch.add_segment(segment)
        batch.add_branches(0, segment)
        bands = {}
        for noise in NOISES:
            first = len(batch.target.row)
            picks = rng.permutation(len(segment.replies))[:blocks]
            batch.add_blocks(rng, tokens, 0, [Block(segment.replies[i].start, segment.replies[i].tokens, noise) for i in picks])
            bands[noise] = (first, len(batch.target.row))
        layout, row, label, weight, kind, _ = batch.finish(model.embedding.device)
        hidden = model(layout)
        logits = model.logits(hidden[row])
        loss, best = F.cross_entropy(logits, label, reduction='none'), logits.argmax(-1)
        hit = (best == label).float()
        for name, kinds in {'arReply': [ACT, REPLY], 'arCall': [NAMED, ARGUMENT]}.items():
            tally(name, loss[torch.isin(kind, torch.tensor(kinds, device=kind.device))])
        clean = (kind <= TURN_END)
        tally('ar', torch.cat([loss[clean & (kind != SPOKEN) & (kind != TURN_END)]]))
        for noise, (first, last) in bands.items():
            mine = slice(first, last)
            chosen = kind[mine] == MASKED
            name = 'masked' if noise is None else f'{noise:g}'
            tally(f'diffusionLoss {name}', loss[mine][chosen]); tally(f'diffusionAccuracy {name}', hit[mine][chosen])
        # The act: the causal head's choice between say and call at the row before each reply.
        acts = kind == ACT
        pair = logits[acts][:, [s['say'], s['call']]]
        tally('act', (pair.argmax(-1) == (label[acts] == s['call']).long()).float())
        called = torch.zeros_like(acts); called[acts] = label[acts] == s['call']
        tally('actCallRecall', (pair.argmax(-1) == 1).float()[label[acts] == s['call']])
        tally('wait', torch.softmax(logits[acts][:, [s['say'], s['call'], s['wait']]], -1)[:, 2])
        # A tool's name counts when all its tokens are right, given <call>.
        names_ok = []
        for at in torch.nonzero(kind == NAMED).flatten().tolist():
            if at == 0 or kind[at - 1] != NAMED: names_ok.append(True)
            names_ok[-1] = names_ok[-1] and bool(hit[at])
        tally('toolName', torch.tensor([float(ok) for ok in names_ok]))
        # End of turn: p(<end>) at the last word against every earlier word boundary.
        ids, p_end = batch.ids, {}
        asked = [i for i in range(len(segment.ids)) if ids[i] == s['user']]
        for at in asked:
            stop = next((j for j in range(at + 1, len(segment.ids)) if ids[j] == s['end']), None)
            if stop is None: continue
            points = [at + j for j in cut_points(tokens, np.array(ids[at + 1:stop]))]
            p = torch.softmax(model.logits(hidden[[*points, stop - 1]]), -1)[:, s['end']].tolist()
            end_no += p[:-1]; end_yes.append(p[-1])
    out = {name: round(total / n, 4) for name, (total, n) in sums.items() if n}
    value = auc(end_yes, end_no)
    if value is not None: out['endOfTurnAuc'] = round(value, 4)
    out['acts'], out['calls'] = sums['act'][1], sums['toolName'][1]
    return out


def evaluate(model, tokens, count=10, sources=SOURCES):
    training = model.training
    model.eval()
    out = {name: evaluate_source(model, tokens, names, count) for name, names in sources.items()}
    model.train(training)
    return out


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('weights', help='weights.safetensors')
    parser.add_argument('--tokens', default='.cache/tokens')
    parser.add_argument('--dialogues', type=int, default=40, help='per source')
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    options = parser.parse_args()
    tokens = Tokens(options.tokens)
    model = Model(tokens.index['countTokens'])
    model.load_weights(read_safetensors(options.weights), options.weights)
    started = time.time()
    for name, metrics in evaluate(model.to(options.device), tokens, options.dialogues).items():
        print(json.dumps({'source': name, **metrics}), flush=True)
    print(f'{time.time() - started:.0f} s')
