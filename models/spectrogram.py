"""The short-time Fourier transform pair between a series and its two-channel spectrogram."""

from functools import reduce

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .training.precision import without_autocast

N_FFT = 8
HOP = 2


def spectrogram_size(length: int) -> tuple[int, int]:
    """Return height (frequencies) and width (frames) of the spectrogram of a series of `length` samples."""
    return N_FFT // 2 + 1, length // HOP + 1


def inverse_length(length: int) -> int:
    """Return how many samples the inverse transform gives back for a series of `length` samples (even)."""
    return HOP * (length // HOP)


class Spectrogram(nn.Module):
    """Real and imaginary parts of `torch.stft` (n_fft 8, hop 2, Hann window, centred) as two channels.

    TimeVQVAE (Lee et al. 2023, arXiv 2303.04743), section 3. The pair is written with `torch.fft`, and gives what
    `torch.stft` and `torch.istft` give: the latter looks at its window on the host in every call, which a captured
    CUDA graph cannot. FFTs stay in float32 whatever autocast and TF32 say. There is nothing to train.
    """

    def __init__(self) -> None:
        super().__init__()
        self.window = nn.Buffer(torch.hann_window(N_FFT), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the spectrograms (N, 2, 5, L // 2 + 1) of series (N, 1, L)."""
        with without_autocast(x):
            padded = F.pad(x.float(), (N_FFT // 2, N_FFT // 2), mode="reflect")[:, 0]
            frames = padded.unfold(-1, N_FFT, HOP) * self.window
            return torch.view_as_real(torch.fft.rfft(frames)).permute(0, 3, 2, 1)

    def inverse(self, u: Tensor) -> Tensor:
        """Return the series (N, 1, 2 (W - 1)) of spectrograms (N, 2, 5, W): windowed inverse FFTs, added up."""
        with without_autocast(u):
            spectrum = torch.view_as_complex(u.float().permute(0, 3, 2, 1).contiguous())
            frames = torch.fft.irfft(spectrum, n=N_FFT) * self.window
            energy = (self.window**2).expand(1, frames.shape[1], N_FFT)
            whole = _overlap_add(frames)[:, N_FFT // 2 : -N_FFT // 2]
            return (whole / _overlap_add(energy)[:, N_FFT // 2 : -N_FFT // 2])[:, None]


def _overlap_add(frames: Tensor) -> Tensor:
    """Return the sum (N, 2 (W + 3)) of frames (N, W, 8) laid HOP apart, by shifted sums: they are deterministic."""
    pieces = N_FFT // HOP
    parts = frames.unflatten(-1, (pieces, HOP)).unbind(2)
    return reduce(torch.add, (F.pad(part, (0, 0, i, pieces - 1 - i)) for i, part in enumerate(parts))).flatten(1)
