"""Writes test/import/families/reference-logits.json: log probabilities of small random checkpoints by published code.

    npx tsx training/reference/write-checkpoints.ts FOLDER
    python training/reference/logits.py FOLDER          # transformers 5.24, torch 2.15

Llama, Qwen2, Qwen3 and Ministral3 are transformers' own classes; Nemotron-Labs-Diffusion is Ministral3 under other names
(huggingface.co/nvidia/Nemotron-Labs-Diffusion-3B). K2 Horizon is Llama with norms over groups (github.com/ifm-ai/uno,
nano_vllm_uno/models/xllm.py). The drafter's equations are those of github.com/z-lab/dflash, dflash/model.py.
"""
import json, math, sys
from pathlib import Path
import torch
from torch import nn
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, Ministral3Config, Qwen3Config
from transformers.models.qwen3.modeling_qwen3 import Qwen3RotaryEmbedding, rotate_half

FOLDER = Path(sys.argv[1])
TO = Path(__file__).parents[2] / 'test/import/families/reference-logits.json'
INPUTS = json.loads((FOLDER / 'inputs.json').read_text())
IDS, POSITIONS = (torch.tensor([INPUTS[name]]) for name in ('ids', 'positions'))
SEES = torch.tensor([[c == '1' for c in row] for row in INPUTS['sees']])
BIAS = torch.where(SEES, 0., torch.finfo(torch.float32).min)[None, None]
GATE = torch.tensor(INPUTS['drafting'], dtype=torch.float32)[None, :, None]


class GroupedNorm(nn.Module):
    def __init__(self, norm, groups, epsilon):
        super().__init__()
        self.weight, self.groups, self.epsilon = norm.weight, groups, epsilon

    def forward(self, x):
        apart = x.unflatten(-1, (self.groups, -1))
        return (apart * torch.rsqrt(apart.pow(2).mean(-1, keepdim=True) + self.epsilon)).flatten(-2) * self.weight


def load(name):
    folder = FOLDER / name
    raw = json.loads((folder / 'config.json').read_text())
    weights = load_file(folder / 'model.safetensors')
    kind = {'nemotron': Ministral3Config, 'k2': LlamaConfig}.get(name)
    config = kind(**raw) if kind else AutoConfig.for_model(name, **raw)
    config._attn_implementation = 'eager'
    model = AutoModelForCausalLM.from_config(config).float().eval()
    renamed = {key.replace('encoder.', 'model.').replace('diffusion_head', 'lm_head'): value for key, value in weights.items()}
    if config.tie_word_embeddings: renamed['lm_head.weight'] = renamed['model.embed_tokens.weight']
    model.load_state_dict(renamed, strict=True)
    groups = raw.get('layernorm_num_groups', 1)
    if groups > 1:
        for layer in model.model.layers:
            layer.input_layernorm = GroupedNorm(layer.input_layernorm, groups, config.rms_norm_eps)
            layer.post_attention_layernorm = GroupedNorm(layer.post_attention_layernorm, groups, config.rms_norm_eps)
        model.model.norm = GroupedNorm(model.model.norm, groups, config.rms_norm_eps)
    return model


def adapt(model, name):
    """LoRA in the rows that the gate opens."""
    folder = FOLDER / name / 'adapter'
    settings = json.loads((folder / 'adapter_config.json').read_text())
    scale = settings['lora_alpha'] / settings['r']
    weights = load_file(folder / 'adapter_model.safetensors')
    modules = dict(model.named_modules())
    for key in [key for key in weights if key.endswith('.lora_A.weight')]:
        path = key.removeprefix('base_model.model.').removesuffix('.lora_A.weight').replace('encoder.', 'model.')
        a, b = weights[key], weights[key.replace('lora_A', 'lora_B')]
        modules[path].register_forward_hook(lambda _, args, out, a=a, b=b: out + GATE * scale * (args[0] @ a.T @ b.T))
    return model


@torch.no_grad()
def rows(model, **options):
    return model(input_ids=IDS, position_ids=POSITIONS, attention_mask=BIAS, use_cache=False, **options)


@torch.no_grad()
def draft(target, name):
    """Guesses for a block behind all clean tokens: an anchor, which is the last of them but not among the features, and masks."""
    raw = json.loads((FOLDER / name / 'drafter' / 'config.json').read_text())
    w = load_file(FOLDER / name / 'drafter' / 'model.safetensors')
    count = INPUTS['countClean'] - 1
    ids = torch.tensor([INPUTS['ids'][count]] + [raw['dflash_config']['mask_token_id']] * 5)
    clean = target(input_ids=IDS[:, :count], output_hidden_states=True, use_cache=False).hidden_states
    features = torch.cat([clean[layer + 1][0] for layer in raw['dflash_config']['target_layer_ids']], -1)
    heads, groups, size, epsilon = raw['num_attention_heads'], raw['num_key_value_heads'], raw['head_dim'], raw['rms_norm_eps']
    norm = lambda x, key: x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * w[key + '.weight']
    text = norm(features @ w['fc.weight'].T, 'hidden_norm')
    x = target.model.embed_tokens.weight[ids]
    cos, sin = (t[0] for t in Qwen3RotaryEmbedding(Qwen3Config(**raw))(x[None], torch.arange(count + len(ids))[None]))
    turn = lambda t, c, s: t * c[:, None] + rotate_half(t) * s[:, None]
    for layer in range(raw['num_hidden_layers']):
        own = lambda part: f'layers.{layer}.{part}'
        h = norm(x, own('input_layernorm'))
        both = torch.cat([text, h])
        q, k, v = (t @ w[own(f'self_attn.{part}_proj.weight')].T for part, t in (('q', h), ('k', both), ('v', both)))
        q, k = (norm(t.unflatten(-1, (-1, size)), own(f'self_attn.{part}_norm')) for part, t in (('q', q), ('k', k)))
        q, k, v = turn(q, cos[count:], sin[count:]), turn(k, cos, sin), v.unflatten(-1, (-1, size))
        k, v = (t.repeat_interleave(heads // groups, 1) for t in (k, v))
        shares = (torch.einsum('qhd,khd->hqk', q, k) / math.sqrt(size)).softmax(-1)
        x = x + torch.einsum('hqk,khd->qhd', shares, v).flatten(-2) @ w[own('self_attn.o_proj.weight')].T
        h = norm(x, own('post_attention_layernorm'))
        gate, up = (h @ w[own(f'mlp.{part}_proj.weight')].T for part in ('gate', 'up'))
        x = x + (nn.functional.silu(gate) * up) @ w[own('mlp.down_proj.weight')].T
    return target.lm_head(norm(x, 'norm'))


def rounded(logits):
    return [[round(value, 5) for value in row] for row in logits.log_softmax(-1).tolist()]


result = {}
for name in ('llama', 'nemotron', 'qwen2', 'qwen3', 'k2'):
    model = load(name)
    result[name] = {'rows': rounded(rows(model).logits[0])}
    if name == 'qwen3': result[name]['drafter'] = rounded(draft(model, name))
    if (FOLDER / name / 'adapter').exists(): result[name]['adapted'] = rounded(rows(adapt(model, name)).logits[0])
TO.write_text(json.dumps(result, separators=(',', ':')).replace('"rows"', '\n"rows"').replace('"adapted"', '\n"adapted"').replace('"drafter"', '\n"drafter"') + '\n')
