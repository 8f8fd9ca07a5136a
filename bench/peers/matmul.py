"""The machine's peak: GFLOP/s in a product of two 4096 x 4096 float32 matrices. Needs torch."""

import time

import torch

from idx import parser

SIZE = 4096


def main():
    options = parser(__doc__).parse_args()
    torch.set_num_threads(options.threads)
    left, right = torch.rand(SIZE, SIZE), torch.rand(SIZE, SIZE)
    product = left @ right
    times = []
    for _ in range(3):
        start = time.perf_counter()
        torch.matmul(left, right, out=product)
        times.append(time.perf_counter() - start)
    print(f"{2 * SIZE**3 / min(times) / 1e9:.1f} GFLOP/s")


if __name__ == "__main__":
    main()
