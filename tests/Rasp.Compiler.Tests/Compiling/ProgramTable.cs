namespace Rasp.Compiler.Tests.Compiling;

/// <summary>One table of programs feeds every test that compiles: name, vocabulary, text; the last s-op is compiled.</summary>
internal static class ProgramTable
{
    public static TheoryData<string, bool> NamesInBothModes()
    {
        TheoryData<string, bool> rows = [];
        foreach (string name in Programs.Keys.Order(StringComparer.Ordinal))
        {
            rows.Add(name, false);
            rows.Add(name, true);
        }

        return rows;
    }

    public static IReadOnlyDictionary<string, (string Vocabulary, string Text)> Programs { get; } = new Dictionary<string, (string, string)>
    {
        ["tokens alone"] = ("abc", "x = tokens;"),
        ["indices alone"] = ("abc", "x = indices;"),
        ["constant"] = ("abc", "x = indices * 0 + 3;"),
        ["function of one token"] = ("abc", "x = tokens == \"a\" or tokens == \"c\";"),
        ["function of token and position"] = ("abc", "x = tokens == \"a\" and indices % 2 == 1;"),
        ["length"] = ("ab", "x = length;"),
        ["reverse"] = ("abc", "x = aggregate(select(indices, length - indices - 1, ==), tokens);"),
        ["histogram"] = ("abc", "x = selector_width(select(tokens, tokens, ==));"),
        ["doubled histogram"] = ("abc", "x = 2 * selector_width(select(tokens, tokens, ==)) - 1;"),
        ["sort"] = ("abc", "x = sort(tokens, tokens);"),
        ["sort numbers"] = ("120", "x = sort(tokens_int, tokens_int);"),
        ["sort by negative key"] = ("012", "x = sort(tokens_int, 1 - tokens_int);"),
        ["sort by frequency"] = ("abc", "h = selector_width(select(tokens, tokens, ==)); x = sort(tokens, 0 - h);"),
        ["fraction of previous"] = ("abx", "x = aggregate(select(indices, indices, <=), indicator(tokens == \"x\"));"),
        ["rounded fraction"] = ("abx", "x = round(100 * aggregate(select(indices, indices, <=), indicator(tokens == \"x\")));"),
        ["mean of numbers"] = ("013", "x = aggregate(select(tokens, tokens, <=), tokens_int);"),
        ["mean of negative numbers"] = ("013", "x = aggregate(select(tokens, tokens, <), 1 - tokens_int, 7);"),
        ["fractional default"] = ("ab", "x = aggregate(select(tokens, tokens, <), indices, 0.5);"),
        ["text default"] = ("ab", "x = aggregate(select(indices, indices - 1, ==), tokens, \"start\");"),
        ["boolean moved"] = ("ab", "x = aggregate(select(indices, indices - 1, ==), tokens == \"a\", True);"),
        ["pair balance with products"] = ("()x", "def n(c) { return (indices + 1) * aggregate(select(indices, indices, <=), indicator(tokens == c)); } x = n(\"(\") - n(\")\");"),
        ["two pairs, finally balanced"] = ("()[]", "p = select(indices, indices, <=); def n(c) { return (indices + 1) * aggregate(p, indicator(tokens == c)); } r = n(\"(\") - n(\")\"); s = n(\"[\") - n(\"]\"); bad = aggregate(full_s, indicator(r < 0 or s < 0)) > 0; end = aggregate(select(indices, length - 1, ==), r == 0 and s == 0); x = end and not bad;"),
        ["shift"] = ("abc", "x = shift(tokens, 2, \"_\");"),
        ["count"] = ("abc", "x = count(tokens, \"a\");"),
        ["pattern"] = ("abc", "p = shift(tokens, 1, \"_\") == \"a\" and tokens == \"b\"; x = aggregate(full_s, indicator(p)) > 0;"),
        ["or in an aggregate"] = ("abc", "w = aggregate(select(tokens, \"a\", ==) or select(indices, indices, ==), indices); x = round(10 * w) / 3;"),
        ["or over different keys"] = ("ab", "x = aggregate(select(tokens, tokens, ==) or select(indices, indices, <), indices);"),
        ["not of a conjunction"] = ("abc", "x = selector_width(not (select(tokens, tokens, ==) and select(indices, indices, <=)));"),
        ["overlapping or"] = ("abc", "x = selector_width(select(tokens, tokens, ==) or select(indices, indices, <));"),
        ["never selected"] = ("ab", "x = selector_width(select(indices, 99, ==)) + aggregate(select(tokens, \"q\", ==), indices, 5);"),
        ["string concatenation"] = ("ab", "x = tokens + shift(tokens, 1, \"_\");"),
        ["dictionary"] = ("abc", "d = {\"a\": 3, \"b\": 1, \"c\": 2}; x = d[tokens] + d[shift(tokens, 1, \"c\")];"),
        ["ternary of two attentions"] = ("ab", "x = \"many\" if selector_width(select(tokens, tokens, ==)) > length / 2 else tokens;"),
        ["product of two counts"] = ("ab", "x = count(tokens, \"a\") * count(tokens, \"b\");"),
        ["or with the diagonal"] = ("abc", "x = selector_width(select(tokens, \"a\", ==) or select(indices, indices, ==));"),
        ["signs of two means"] = ("ab", "m = aggregate(select(indices, indices, <=), indicator(tokens == \"a\") - indicator(tokens == \"b\")); bad = aggregate(select(indices, indices, <=), indicator(m < 0)); last = aggregate(select(indices, length - 1, ==), indicator(m > 0)); x = not (bad > 0 or last > 0);"),
        ["any of several"] = ("()[]", "def b(o, c) { return aggregate(select(indices, indices, <=), indicator(tokens == o) - indicator(tokens == c)); } r = b(\"(\", \")\"); s = b(\"[\", \"]\"); x = aggregate(full_s, indicator(r < 0) + indicator(s < 0)) > 0;"),
        ["mean compared with its greatest number"] = ("abc", "x = not (2 == aggregate(select(tokens, tokens, ==), indicator(indices > 1) + indicator(tokens == \"a\"), 2));"),
        ["mean compared with its least number"] = ("abc", "x = aggregate(select(tokens, tokens, <), 1 - 2 * indicator(indices > 1) - indicator(tokens == \"a\"), 0 - 2) <= 0 - 2;"),
        ["most frequent"] = ("abc", "r = has_focus(select(tokens, tokens, ==) and select(indices, indices, <)); h = selector_width(select(tokens, tokens, ==)); x = sort(\"-\" if r else tokens, 1 if r else 0 - h);"),
        ["nested brackets"] = ("()[]", """
            opens = indicator(tokens in ["(", "["]);
            closes = indicator(tokens in [")", "]"]);
            so_far = select(indices, indices, <=);
            depth = round((indices + 1) * aggregate(so_far, opens - closes));
            level = depth + closes;
            place = selector_width(select(level, level, ==) and so_far);
            opener = select(opens, 1, ==) and select(level, level, ==) and select(place, place - 1, ==);
            is_wrong = closes == 1 and not ((aggregate(opener, tokens, "-") + tokens) in ["()", "[]"]);
            failed = aggregate(so_far, indicator(is_wrong or depth < 0)) > 0;
            x = "F" if failed else ("T" if depth == 0 else "P");
            """),
        ["remainder"] = ("ab", "x = count(tokens, \"a\") % 3;"),
        ["power"] = ("ab", "x = 2 ^ count(tokens, \"a\");"),
        ["attention on a computed key"] = ("ab", "h = selector_width(select(tokens, tokens, ==)); x = selector_width(select(h, h, <));"),
        ["mean of counts"] = ("ab", "h = selector_width(select(tokens, tokens, ==)); x = aggregate(full_s, h);"),
        ["attention on a mean"] = ("ab", "m = aggregate(select(indices, indices, <=), indicator(tokens == \"a\")); x = selector_width(select(m, m, ==));"),
        ["first of its kind"] = ("abc", "x = not has_focus(select(tokens, tokens, ==) and select(indices, indices, <));"),
        ["next identical"] = ("ab", "x = aggregate(select_next_identical(tokens), indices, 0 - 1);"),
        ["either selector but not both"] = ("ab", "p = select(tokens, tokens, ==); q = select(indices, indices, <=); x = selector_width((p and not q) or (not p and q));"),
        ["four selectors in one"] = ("ab", "a = select(tokens, tokens, ==); b = select(indices, indices, <); c = select(tokens, \"a\", ==); d = select(indices, 2, >=); x = aggregate((a or b) and (c or d) and not (a and c) or (not b and not d), indices * indices - 3, -7.25);"),
        ["not of everything"] = ("ab", "x = selector_width(not full_s) + aggregate(not full_s, indices, 3.5);"),
        ["mean of negative fractions"] = ("abc", "x = aggregate(select(indices, indices, <), {\"a\": -1.5, \"b\": 0.25, \"c\": 2}[tokens], 0.125);"),
        ["remainders of negative numbers"] = ("012", "x = (tokens_int - 5) % 3 - 7 % (indices + 1) + (indices / 2) % 1.5;"),
        ["guarded division"] = ("abc", "a = count(tokens, \"a\"); x = indices / a if a > 0 else -1;"),
        ["guarded lookup of what never occurs"] = ("ab", "t = 5 if tokens == \"a\" else 5; x = {1: \"one\"}[t] if t in [1] else tokens;"),
        ["lists read from the end"] = ("ab", "x = [\"p\", \"q\", \"r\"][-1 - indices % 3] + tokens[0];"),
        ["joined texts of which some are equal"] = ("ab", "x = (\"a\" if tokens == \"a\" else \"\") + aggregate(select(indices, indices - 1, ==), tokens, \"\");"),
        ["joined texts with a number between"] = ("ab", "n = count(tokens, \"a\"); x = shift(tokens, 1, \"_\") + (\"many\" if n > 1 else \"few\") + tokens;"),
        ["sum per token, times the position"] = ("93", "same = select(tokens, tokens, ==); x = selector_width(same) * aggregate(same, tokens_int) * indices;"),
        ["sum of large numbers"] = ("ab", "x = selector_width(full_s) * aggregate(full_s, 1521 if tokens == \"a\" else -7);"),
        ["sum of numbers too large to be counted"] = ("ab", "x = selector_width(full_s) * aggregate(full_s, 10000000 if tokens == \"a\" else 0);"),
        ["text of three positions"] = ("ab", "def at(k) { return aggregate(select(indices, indices + k, ==), tokens, \"-\"); } x = at(-1) + tokens + at(1);"),
        ["counts of counts, five deep"] = ("ab", "def h(q) { return selector_width(select(q, q, ==)); } x = h(h(h(h(h(tokens)))));"),
        ["a sum whose product could be a fraction"] = ("abc", "s = select(tokens, tokens, ==); x = selector_width(s) * aggregate(s, indicator(tokens == \"b\"));"),
        ["counts over the length"] = ("abc", "x = (3 * count(tokens, \"a\") - 2 * selector_width(not select(tokens, \"b\", ==) and full_s) + length / 2) / length;"),
        ["larger and smaller"] = ("013", "x = max(tokens_int, indices) - min(tokens_int, length);"),
    };
}
