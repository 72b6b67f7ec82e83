"""PROTOCOL.md's shapes and parameter counts, and the spectrogram pair."""

import pytest
import torch

from ucrbench.models.networks import Decoder, Encoder, Residual
from ucrbench.models.spectrogram import Spectrogram, inverse_length


@pytest.mark.parametrize(
    ("length", "latent", "encoder_parameters", "decoder_parameters"),
    [
        (24, (64, 5, 6), 167_104, 166_452),
        (96, (64, 5, 12), 216_448, 215_796),
        (140, (64, 5, 8), 265_792, 265_140),
        (500, (64, 5, 15), 315_136, 314_484),
        (1024, (64, 5, 8), 413_824, 413_172),
        (2709, (64, 5, 10), 463_168, 462_516),
    ],
)
def test_shapes_and_parameter_counts(length, latent, encoder_parameters, decoder_parameters):
    encoder, decoder = Encoder(length), Decoder(length)
    z = encoder(torch.randn(2, 1, length))
    assert z.shape[1:] == latent == encoder.latent_shape
    assert sum(p.numel() for p in encoder.parameters()) == encoder_parameters
    assert sum(p.numel() for p in decoder.parameters()) == decoder_parameters
    assert decoder(z).shape == (2, 1, inverse_length(length))


@pytest.mark.parametrize("length", [8, 15, 24, 80, 131, 500, 1751, 2844])
def test_spectrogram_is_torch_stft_and_its_inverse_the_identity(length):
    x = torch.randn(3, 1, length, dtype=torch.float32)
    pair = Spectrogram()
    u = pair(x)
    assert u.shape == (3, 2, 5, length // 2 + 1)
    expected = torch.stft(x[:, 0], 8, 2, window=torch.hann_window(8), return_complex=True)
    torch.testing.assert_close(torch.view_as_complex(u.permute(0, 2, 3, 1).contiguous()), expected)
    torch.testing.assert_close(pair.inverse(u), x[..., : inverse_length(length)], atol=1e-5, rtol=1e-5)


def test_inverse_of_any_spectrogram_is_torch_istft():
    u = torch.randn(3, 2, 5, 40)
    spectrum = torch.view_as_complex(u.permute(0, 2, 3, 1).contiguous())
    expected = torch.istft(spectrum, 8, 2, window=torch.hann_window(8))
    torch.testing.assert_close(Spectrogram().inverse(u)[:, 0], expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("length", [8, 9, 15, 16, 23, 46])
def test_the_shortest_series_pass_through(length):
    x = torch.randn(2, 1, length)
    assert Decoder(length)(Encoder(length)(x)).shape == (2, 1, inverse_length(length))


def test_resize_is_bilinear_with_aligned_corners():
    decoder = Decoder(140)
    y = torch.randn(2, 2, 5, decoder.resize.shape[0])
    expected = torch.nn.functional.interpolate(y, (5, 71), mode="bilinear", align_corners=True)
    torch.testing.assert_close(y @ decoder.resize, expected)


def test_a_residual_block_is_the_protocols():
    block = Residual(4, norm=True).double().eval()
    _, conv, norm, _, mix = block
    x = torch.randn(2, 4, 5, 6, dtype=torch.float64)
    inner = norm(conv(torch.nn.functional.leaky_relu(x)))
    torch.testing.assert_close(block(x), x + mix(torch.nn.functional.leaky_relu(inner)))
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in Residual(4, norm=False))


def test_layouts_agree():
    torch.manual_seed(0)
    x = torch.randn(3, 1, 140)
    encoder, decoder = Encoder(140, 8), Decoder(140, 8)
    plain = decoder(encoder(x))
    found = decoder.to(memory_format=torch.channels_last)(encoder.to(memory_format=torch.channels_last)(x))
    torch.testing.assert_close(found, plain)
