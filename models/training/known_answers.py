"""Writes fixtures/golden-logits.json anew: what the shipped weights answer in 32-bit floats, computed independently of the runtime.

Texts and rows stay; log probabilities of the 8 likeliest ids are computed again. WEIGHTS is what `npm run model -- base` wrote."""
import argparse
import json
import torch
from checkpoint import read_safetensors
from model import Group, Layout, Model

COUNT_BEST = 8


@torch.no_grad()
def answer(model, mask, ids, count_causal, rows):
    """Rows before `count_causal` are causal; the others are one block that sees all of them and itself."""
    count = len(ids)
    layout = Layout(torch.tensor(ids), torch.arange(count), [(0, count_causal)], [Group(0, count_causal, count - count_causal, [count_causal])])
    logits = model.logits(model(layout, torch.float32)[rows]).double()
    # A mask is never an answer.
    logits[:, mask] = float('-inf')
    log_p = torch.log_softmax(logits, -1)
    return [[[int(i), round(float(p), 4)] for p, i in zip(*row.topk(COUNT_BEST))] for row in log_p]


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('weights', help='weights.safetensors')
    parser.add_argument('--to', default='fixtures/golden-logits.json')
    options = parser.parse_args()
    weights = read_safetensors(options.weights)
    model = Model(len(weights['embedding']))
    model.load_weights(weights, options.weights)
    known = json.load(open(options.to))
    mask = json.load(open('models/repartee-s/model.json'))['specials']['mask']
    for case in known['cases']:
        best = answer(model, mask, case['ids'], case['countCausal'], [row['row'] for row in case['rows']])
        for row, found in zip(case['rows'], best): row['best'] = found
    with open(options.to, 'w') as file: file.write(json.dumps(known) + '\n')
