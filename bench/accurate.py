"""The accurate recipe: the seconds of an epoch, beside the same network in PyTorch."""

from common import THREADS, first_epoch, peer, print_table, ratios, rotated, run, say, shared_options, train, with_spread


def bench(rounds):
    def pytorch(*arguments):
        return first_epoch(run(peer("pytorch_accurate.py", "--epochs", 1, *shared_options(), *arguments)).stdout)

    programs = {
        "PyTorch, float32": pytorch,
        "PyTorch, bfloat16": lambda: pytorch("--bfloat16"),
        "mnist": lambda: train("--recipe", "accurate", "--epochs", 1, "--threads", THREADS).epochs[0],
    }
    seconds = {name: [] for name in programs}
    for number in range(rounds):
        for name in rotated(programs, number):
            seconds[name].append(programs[name]())
            say(f"round {number + 1}/{rounds}: accurate, {name}: {seconds[name][-1]:.1f} s")
    print("### The accurate recipe\n")
    print_table(
        ["program", "s/epoch", "to PyTorch, float32"],
        [[name, with_spread(values, 1), ratios(values, seconds["PyTorch, float32"])] for name, values in seconds.items()],
    )
