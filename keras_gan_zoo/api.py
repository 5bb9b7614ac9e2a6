"""The public names of the package."""

from keras_gan_zoo import (
    augment,
    callbacks,
    datasets,
    domains,
    flops,
    images,
    latent,
    layers,
    losses,
    metrics,
    presets,
    priors,
    privacy,
    receptive_field,
    regularizers,
    schedules,
    tables,
    text,
)
from keras_gan_zoo.averaging import EMA
from keras_gan_zoo.evaluation import Evaluation, evaluate
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.image_to_image import ImageToImageGAN
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.models.acgan import ACGAN
from keras_gan_zoo.models.bigan import BiGAN
from keras_gan_zoo.models.biggan import BigGAN
from keras_gan_zoo.models.conditional_gan import ConditionalGAN
from keras_gan_zoo.models.conditional_stylegan2 import ConditionalStyleGAN2
from keras_gan_zoo.models.context_encoder import ContextEncoder
from keras_gan_zoo.models.ctgan import CTGAN
from keras_gan_zoo.models.cyclegan import CycleGAN
from keras_gan_zoo.models.dcgan import DCGAN
from keras_gan_zoo.models.dfgan import DFGAN
from keras_gan_zoo.models.esrgan import ESRGAN
from keras_gan_zoo.models.fastgan import FastGAN
from keras_gan_zoo.models.frame_prediction_gan import FramePredictionGAN
from keras_gan_zoo.models.gancls import GANCLS
from keras_gan_zoo.models.hifigan import HiFiGAN
from keras_gan_zoo.models.infogan import InfoGAN
from keras_gan_zoo.models.lama import LaMa
from keras_gan_zoo.models.lsgan import LSGAN
from keras_gan_zoo.models.mocogan import MoCoGAN
from keras_gan_zoo.models.pategan import PATEGAN
from keras_gan_zoo.models.pix2pix import Pix2Pix
from keras_gan_zoo.models.prgan import PrGAN
from keras_gan_zoo.models.progan import ProGAN
from keras_gan_zoo.models.r3_dcgan import R3DCGAN
from keras_gan_zoo.models.r3gan import R3GAN
from keras_gan_zoo.models.real_esrgan import RealESRGAN
from keras_gan_zoo.models.sagan import SAGAN
from keras_gan_zoo.models.semi_supervised_gan import SemiSupervisedGAN
from keras_gan_zoo.models.sngan import SNGAN
from keras_gan_zoo.models.srgan import SRGAN
from keras_gan_zoo.models.stylegan2 import StyleGAN2
from keras_gan_zoo.models.vanilla_gan import VanillaGAN
from keras_gan_zoo.models.voxelgan import VoxelGAN
from keras_gan_zoo.models.wavegan import WaveGAN
from keras_gan_zoo.models.wgan import WGAN
from keras_gan_zoo.models.wgan_gp import WGANGP
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.presets import list_models, list_presets
from keras_gan_zoo.restorers import load_restorer
from keras_gan_zoo.showing import show

__all__ = [
    "ACGAN",
    "BiGAN",
    "BigGAN",
    "CTGAN",
    "ConditionalGAN",
    "ConditionalStyleGAN2",
    "ContextEncoder",
    "CycleGAN",
    "DCGAN",
    "DFGAN",
    "EMA",
    "ESRGAN",
    "Evaluation",
    "FastGAN",
    "FramePredictionGAN",
    "GAN",
    "GANCLS",
    "HiFiGAN",
    "ImageToImageGAN",
    "InfoGAN",
    "LSGAN",
    "LaMa",
    "LatentGAN",
    "MoCoGAN",
    "Phase",
    "PATEGAN",
    "Pix2Pix",
    "PrGAN",
    "ProGAN",
    "R3DCGAN",
    "R3GAN",
    "RealESRGAN",
    "SAGAN",
    "SNGAN",
    "SRGAN",
    "SemiSupervisedGAN",
    "StyleGAN2",
    "VanillaGAN",
    "VoxelGAN",
    "WGAN",
    "WGANGP",
    "WaveGAN",
    "augment",
    "callbacks",
    "datasets",
    "domains",
    "evaluate",
    "flops",
    "images",
    "latent",
    "layers",
    "list_models",
    "list_presets",
    "load_restorer",
    "losses",
    "metrics",
    "presets",
    "priors",
    "privacy",
    "receptive_field",
    "regularizers",
    "schedules",
    "show",
    "tables",
    "text",
]
