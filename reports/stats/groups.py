"""Groups of methods that no test tells apart, and in words how a diagram of them is to be read."""

from itertools import combinations

import networkx as nx
import pandas as pd

from .comparison import ALPHA, FEWEST_DATASETS, Comparison, gaps_text


def cliques(p_values: pd.DataFrame, alpha: float = ALPHA) -> list[list[str]]:
    """Return the largest groups of methods no two of which differ significantly.

    Two methods linked to a third need not be linked to each other, and a group need not be a run of
    neighbours on the axis of ranks: groups are maximal cliques of the graph of pairs with p > alpha (Bron and
    Kerbosch, 1973).

    Args:
        p_values: Methods x methods, adjusted.
        alpha: Level.

    Returns:
        Groups of two or more, each in the order of `p_values`; sorted by where they begin and end.
    """
    names = list(p_values.index)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(names)))
    graph.add_edges_from((i, j) for i, j in combinations(graph, 2) if p_values.iloc[i, j] > alpha)
    groups = sorted(sorted(group) for group in nx.find_cliques(graph) if len(group) > 1)
    return [[names[place] for place in group] for group in groups]


def shows_cliques(comparison: Comparison) -> bool:
    """Tell whether there are data sets enough for a test to mean anything."""
    return comparison.n_datasets >= FEWEST_DATASETS


def reading(comparison: Comparison, alpha: float = ALPHA) -> str:
    """Return how the diagram is to be read, in a few sentences, for its caption."""
    n, pairs = comparison.n_datasets, len(comparison.pairs)
    if not shows_cliques(comparison):
        return (
            f"With fewer than {FEWEST_DATASETS} data sets (here {n}) no significance can be shown: the ranks "
            f"describe these data sets only, and no groups are drawn. {gaps_text(comparison)}"
        )
    text = f"Mean ranks over {n} data sets, the best on the left. "
    if pairs == 1:
        text += (
            f"Of two methods there is one test: {_only_test(comparison)}. A bar joins them where p is above {alpha}."
        )
    else:
        text += (
            "A bar joins the methods with a dot on it that two-sided Wilcoxon signed-rank tests with Holm's correction "
            f"over {pairs} pairs do not tell apart at {alpha}."
        )
    if comparison.smallest_p > alpha:
        text += (
            f" With so few data sets the smallest p-value that can come out is {comparison.smallest_p:.3g}, "
            "so that no pair can be told apart whatever the scores."
        )
    return f"{text} {gaps_text(comparison)}"


def _only_test(comparison: Comparison) -> str:
    row = comparison.pairs.iloc[0]
    return f"Wilcoxon p = {row['p']:.3g}, {row['win']} won, {row['tie']} tied, {row['loss']} lost by {row['first']}"
