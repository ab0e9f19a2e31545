"""Checkpoints and LoRAs of random weights, for measuring and testing a ComfyUI server without any trained model.

Run with the Python of the ComfyUI installation. Shapes are taken from ComfyUI's own model classes, so that its model
detection accepts the files as what they imitate; the pictures they draw are noise.
"""

import argparse
import sys
from pathlib import Path

COMMON = dict(
    use_checkpoint=False, image_size=32, in_channels=4, out_channels=4, use_spatial_transformer=True, legacy=False,
    model_channels=320, use_temporal_attention=False, use_temporal_resblock=False,
)  # fmt: skip
SDXL = dict(
    COMMON, num_classes="sequential", adm_in_channels=2816, context_dim=2048, num_head_channels=64,
    use_linear_in_transformer=True,
)  # fmt: skip
SD15 = dict(COMMON, adm_in_channels=None, context_dim=768, use_linear_in_transformer=False)

# What to build: the family's class in comfy.supported_models, the network, and whether the autoencoder is full size.
SHAPES = {
    "sdxl": ("SDXL", True, dict(
        SDXL, channel_mult=[1, 2, 4], num_res_blocks=[2, 2, 2], transformer_depth=[0, 0, 2, 2, 10, 10],
        transformer_depth_middle=10, transformer_depth_output=[0, 0, 0, 2, 2, 2, 10, 10, 10],
    )),
    "sdxl-tiny": ("KOALA_700M", False, dict(
        SDXL, channel_mult=[1, 1, 1], num_res_blocks=[1, 1, 1], transformer_depth=[0, 2, 5],
        transformer_depth_middle=-2, transformer_depth_output=[0, 0, 2, 2, 5, 5],
    )),
    "sd15-tiny": ("SD15", False, dict(
        SD15, channel_mult=[1], num_res_blocks=[1], transformer_depth=[1], transformer_depth_middle=1,
        transformer_depth_output=[1, 1],
    )),
}  # fmt: skip

# What a trainer writes into the header, and what dgx-pixels reads to tell whether a LoRA fits a checkpoint.
ARCHITECTURES = {"SDXL": "stable-diffusion-xl-v1-base", "KOALA_700M": "stable-diffusion-xl-v1-base", "SD15": "stable-diffusion-v1"}
BASE_VERSIONS = {"SDXL": "sdxl_base_v1-0", "KOALA_700M": "sdxl_base_v1-0", "SD15": "sd_v1"}


def fill(tensors, generator):
    """Gaussian weights scaled by fan-in, ones for scales and zeros for biases: activations keep their size."""
    import torch

    filled = {}
    for name, tensor in sorted(tensors.items()):
        if not tensor.is_floating_point() or tensor.ndim == 0:
            # Positions, and constants such as the autoencoder's scale.
            filled[name] = tensor.detach().clone().contiguous()
            continue
        if tensor.ndim >= 2:
            fan_in = tensor[0].numel()
            value = torch.randn(tensor.shape, generator=generator) / fan_in**0.5
            if "embedding" in name:
                value = torch.randn(tensor.shape, generator=generator) * 0.02
        elif name.endswith("weight"):
            value = torch.ones(tensor.shape)
        else:
            value = torch.zeros(tensor.shape)
        filled[name] = value.to(torch.float16).contiguous()
    return filled


def checkpoint(shape, seed):
    import comfy.ldm.models.autoencoder
    import comfy.sd
    import comfy.sd1_clip
    import comfy.sdxl_clip
    import comfy.supported_models
    import comfy.taesd.taesd
    import torch

    family, has_full_autoencoder, unet_config = SHAPES[shape]
    config = getattr(comfy.supported_models, family)(unet_config)
    config.set_inference_dtype(torch.float16, None)
    model = config.get_model({}, "", device="cpu")
    generator = torch.Generator().manual_seed(seed)
    if has_full_autoencoder:
        channels = dict(
            double_z=True, z_channels=4, resolution=256, in_channels=3, out_ch=3, ch=128, ch_mult=[1, 2, 4, 4],
            num_res_blocks=2, attn_resolutions=[], dropout=0.0,
        )  # fmt: skip
        autoencoder = comfy.ldm.models.autoencoder.AutoencoderKL(embed_dim=4, ddconfig=channels)
    else:
        autoencoder = comfy.taesd.taesd.TAESD()
    is_small = family == "SD15"
    clip = comfy.sd1_clip.SD1ClipModel(dtype=torch.float16) if is_small else comfy.sdxl_clip.SDXLClipModel(dtype=torch.float16)
    network = fill(model.diffusion_model.state_dict(), generator)
    encoders = fill(clip.state_dict(), generator)
    pictures = fill(autoencoder.state_dict(), generator)
    if not has_full_autoencoder:
        spread_colors(autoencoder, pictures, generator)
    # The model's own state_dict_for_saving takes other arguments in every other version of ComfyUI.
    named = {
        **config.process_unet_state_dict_for_saving(network),
        **config.process_clip_state_dict_for_saving(encoders),
        **config.process_vae_state_dict_for_saving(pictures),
    }
    return {name: tensor.contiguous() for name, tensor in named.items()}, {
        "modelspec.architecture": ARCHITECTURES[family],
        "modelspec.title": f"Random weights in the shape of {shape}, for tests",
    }


def spread_colors(autoencoder, tensors, generator):
    """Scales the decoder's last layer for latents far out of range, which random networks give: else all is black."""
    import torch

    autoencoder.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    with torch.no_grad():
        latents = 30 * torch.randn((4, 4, 16, 16), generator=generator)
        decoded = autoencoder.taesd_decoder(latents)
    last = max(int(name.split(".")[1]) for name in tensors if name.startswith("taesd_decoder."))
    scale = 0.25 / decoded.std()
    weight, bias = f"taesd_decoder.{last}.weight", f"taesd_decoder.{last}.bias"
    tensors[weight] = (tensors[weight].float() * scale).half()
    tensors[bias] = (0.5 - decoded.mean((0, 2, 3)) * scale).half()


def lora(shape, seed, rank=4):
    """Low-rank changes to every attention projection of the network, in the naming of kohya's trainers."""
    import comfy.supported_models
    import torch

    family, _, unet_config = SHAPES[shape]
    config = getattr(comfy.supported_models, family)(unet_config)
    config.set_inference_dtype(torch.float16, None)
    model = config.get_model({}, "", device="cpu")
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, weight in sorted(model.diffusion_model.state_dict().items()):
        if not name.endswith(("to_q.weight", "to_k.weight", "to_v.weight")):
            continue
        key = "lora_unet_" + name.removesuffix(".weight").replace(".", "_")
        rows, columns = weight.shape
        tensors[f"{key}.lora_down.weight"] = torch.randn((rank, columns), generator=generator).half() / columns**0.5
        tensors[f"{key}.lora_up.weight"] = torch.randn((rows, rank), generator=generator).half()
        tensors[f"{key}.alpha"] = torch.tensor(float(rank)).half()
    return tensors, {"ss_base_model_version": BASE_VERSIONS[family], "ss_network_dim": str(rank)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("comfyui", type=Path, help="folder of the ComfyUI installation")
    parser.add_argument("shape", choices=SHAPES, help="sdxl is full size (6.9 GB); the tiny ones run on a CPU")
    parser.add_argument("out", type=Path, help="the .safetensors file to write; its name should say that it is random")
    parser.add_argument("--lora", action="store_true", help="a LoRA for that shape instead of a checkpoint")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    # ComfyUI's modules parse the command line when they are imported.
    sys.argv = [sys.argv[0], "--cpu"]
    sys.path.insert(0, str(options.comfyui))
    import comfy.options

    comfy.options.enable_args_parsing()
    from safetensors.torch import save_file

    make = lora if options.lora else checkpoint
    tensors, metadata = make(options.shape, options.seed)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, options.out, metadata)
    print(f"{options.out}: {options.out.stat().st_size / 1e9:.2f} GB of random weights")


if __name__ == "__main__":
    main()
