"""Chinese words of grammar, at which a run of characters falls into its phrases.

Chinese is written without spaces. A name or a noun phrase is found here by taking a run of
characters apart at the words of grammar in it (prepositions, adverbs, conjunctions, verbs that
take a quantity), the longest word first: no dictionary of the language is needed for it.
"""

from __future__ import annotations

import re

_WORDS = (  # noqa: SIM905 -- a table of words, not a list
    # prepositions and verbs that lead a phrase
    "位于 来自 记者从 关于 对于 由于 根据 按照 随着 针对 通过 经过 除了 为了 距离 受 距 据 于 "
    "向 自 从 由 对 "
    "在 被 将 把 以及 以 等 至 到 "
    # adverbs of time and degree
    "届时 目前 当前 此前 此外 另外 同时 随后 其后 近年来 已经 正在 曾 已 仍 均 并 约 近 预计 拟 "
    # conjunctions and particles
    "和 与 及 或 而 但 且 的 了 是 有(?!限|色|机) 为 其中 该 此 其(?!他) "
    # verbs between a subject and its object
    "获悉 援引 引述 公告 显示 表示 指出 称 归属于 归属 占 达到 达产 超过 位居 居于 高于 低于 "
    "包括 成立 完成 "
    "发现 形成 探明 开发 新建 扩建 建设 投资 运营 收购 持有 拥有 控股子公司 公司控股子公司 "
    "控股 子公司 "
    "参股 旗下 所属 下属 全资 进口 出口 生产 销售 消费 提升 提高 降低 增加 减少 计划 含 "
    # what qualifies a noun
    "高品位 低品位 分别 新增 累计 远景 整体 主要 最大的? 大型 重要 国产 现货 年 月 日"
).split()

FUNCTION_WORDS = "|".join(sorted(_WORDS, key=lambda w: len(w.split("(")[0]), reverse=True))
"""Alternatives of a regular expression, longest first."""

_SPLIT = re.compile(FUNCTION_WORDS)


def phrases(run: str) -> list[tuple[int, int]]:
    """Start and end of the stretches of a run of characters that no word of grammar is in."""
    out, at = [], 0
    for match in _SPLIT.finditer(run):
        if match.start() > at:
            out.append((at, match.start()))
        at = match.end()
    if at < len(run):
        out.append((at, len(run)))
    return out
