using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rasp.Format;

namespace Rasp.Runtime.Tokenizers;

/// <summary>
/// Hugging Face's tokenizer.json, as far as character-level and SentencePiece-style byte-pair models go: model type BPE,
/// no pre-tokenizer (or Metaspace), optionally a normaliser that turns spaces into U+2581.
/// </summary>
internal static class TokenizerJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the file; the ids of the start and end tokens come from the model's config.json.</summary>
    public static BytePairTokenizer Read(string path, int bos, int eos)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(path, document.RootElement, bos, eos);
        }
        catch (JsonException e)
        {
            throw new RaspException($"The tokenizer '{path}' is not valid JSON: {e.Message} Copy or download the file again.", e);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RaspException($"The tokenizer '{path}' lacks a field or holds one of the wrong kind: {e.Message} Copy or download the file again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"The tokenizer '{path}' cannot be read: {e.Message}", e);
        }
    }

    public static void Write(string path, BytePairTokenizer tokenizer)
    {
        string start = tokenizer.Vocabulary[tokenizer.Bos];
        JsonObject root = new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = AddedTokens(tokenizer),
            ["normalizer"] = tokenizer.MarksSpaces ? SpaceMarking() : null,
            ["pre_tokenizer"] = null,
            ["post_processor"] = StartToken(start, tokenizer.Bos),
            ["decoder"] = tokenizer.MarksSpaces ? SpaceUnmarking() : new JsonObject { ["type"] = "Fuse" },
            ["model"] = Model(tokenizer),
        };
        AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(root.ToJsonString(Indented) + "\n"));
    }

    private static BytePairTokenizer Read(string path, JsonElement root, int bos, int eos)
    {
        JsonElement model = root.GetProperty("model");
        string? type = model.TryGetProperty("type", out JsonElement typeElement) ? typeElement.GetString() : null;
        string preTokenizer = TypeOf(root, "pre_tokenizer");
        if (type != "BPE" || preTokenizer is not ("" or "Metaspace"))
            throw new RaspException(
                $"The tokenizer '{path}' is of type {type ?? "unknown"} with pre-tokenizer {(preTokenizer.Length == 0 ? "none" : preTokenizer)}. Supported are character-level and SentencePiece-style BPE tokenizers without a pre-tokenizer.");

        SortedDictionary<int, string> tokens = [];
        foreach (JsonProperty entry in model.GetProperty("vocab").EnumerateObject()) tokens[entry.Value.GetInt32()] = entry.Name;
        if (root.TryGetProperty("added_tokens", out JsonElement added) && added.ValueKind == JsonValueKind.Array)
            foreach (JsonElement token in added.EnumerateArray()) tokens[token.GetProperty("id").GetInt32()] = token.GetProperty("content").GetString() ?? string.Empty;
        string[] vocabulary = [.. tokens.Values];
        if (vocabulary.Length == 0 || tokens.Keys.First() != 0 || tokens.Keys.Last() != vocabulary.Length - 1)
            throw new RaspException($"The tokenizer '{path}' does not number its {vocabulary.Length} tokens from 0 without gaps. Export it again.");
        if (bos < 0 || bos >= vocabulary.Length || eos < 0 || eos >= vocabulary.Length)
            throw new RaspException($"The tokenizer '{path}' has {vocabulary.Length} tokens, but config.json names {bos} and {eos} as bos_token_id and eos_token_id. Correct config.json.");

        bool marksSpaces = preTokenizer == "Metaspace"
            || (root.TryGetProperty("normalizer", out JsonElement normalizer) && normalizer.GetRawText().Contains("\"Replace\"", StringComparison.Ordinal));
        string? unknownToken = model.TryGetProperty("unk_token", out JsonElement unknownElement) ? unknownElement.GetString() : null;
        int unknown = unknownToken is null ? -1 : Array.IndexOf(vocabulary, unknownToken);
        return new BytePairTokenizer(vocabulary, Merges(path, model, vocabulary), marksSpaces, bos, eos, unknown < 0 ? null : unknown);
    }

    private static string TypeOf(JsonElement root, string property) =>
        root.TryGetProperty(property, out JsonElement element) && element.ValueKind == JsonValueKind.Object
            ? element.GetProperty("type").GetString() ?? "unknown"
            : string.Empty;

    private static Dictionary<(int Left, int Right), Merge> Merges(string path, JsonElement model, string[] vocabulary)
    {
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Length; id++) ids.TryAdd(vocabulary[id], id);
        Dictionary<(int Left, int Right), Merge> merges = [];
        int rank = 0;
        foreach (JsonElement entry in model.GetProperty("merges").EnumerateArray())
        {
            // Older files write "left right", newer ones ["left", "right"].
            string[] pair = entry.ValueKind == JsonValueKind.String
                ? (entry.GetString() ?? string.Empty).Split(' ')
                : [.. entry.EnumerateArray().Select(e => e.GetString() ?? string.Empty)];
            if (pair is not [string left, string right] || !ids.TryGetValue(left, out int leftId)
                || !ids.TryGetValue(right, out int rightId) || !ids.TryGetValue(left + right, out int result))
                throw new RaspException($"The tokenizer '{path}': merge {rank} is not a pair of tokens whose join is a token. Export it again.");
            merges.TryAdd((leftId, rightId), new Merge(rank, result));
            rank++;
        }

        return merges;
    }

    private static JsonArray AddedTokens(BytePairTokenizer tokenizer)
    {
        IEnumerable<int> special = new[] { tokenizer.Unknown ?? tokenizer.Bos, tokenizer.Bos, tokenizer.Eos }.Distinct().Order();
        return [.. special.Select(id => new JsonObject
        {
            ["id"] = id,
            ["content"] = tokenizer.Vocabulary[id],
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        })];
    }

    private static JsonObject SpaceMarking() => Sequence("normalizers",
        new JsonObject { ["type"] = "Prepend", ["prepend"] = BytePairTokenizer.SpaceMark },
        new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = BytePairTokenizer.SpaceMark });

    private static JsonObject SpaceUnmarking() => Sequence("decoders",
        new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = BytePairTokenizer.SpaceMark }, ["content"] = " " },
        new JsonObject { ["type"] = "ByteFallback" },
        new JsonObject { ["type"] = "Fuse" },
        new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 });

    private static JsonObject Sequence(string name, params JsonNode?[] parts) => new() { ["type"] = "Sequence", [name] = new JsonArray(parts) };

    private static JsonObject StartToken(string token, int id) => new()
    {
        ["type"] = "TemplateProcessing",
        ["single"] = new JsonArray(Special(token), Text("A", 0)),
        ["pair"] = new JsonArray(Special(token), Text("A", 0), Text("B", 1)),
        ["special_tokens"] = new JsonObject
        {
            [token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(token) },
        },
    };

    private static JsonObject Special(string token) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = 0 } };

    private static JsonObject Text(string id, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = type } };

    private static JsonObject Model(BytePairTokenizer tokenizer)
    {
        JsonObject vocabulary = [];
        for (int id = 0; id < tokenizer.VocabularySize; id++) vocabulary[tokenizer.Vocabulary[id]] = id;
        JsonArray merges = [.. tokenizer.Merges
            .OrderBy(m => m.Value.Rank).ThenBy(m => m.Key)
            .Select(m => JsonValue.Create($"{tokenizer.Vocabulary[m.Key.Left]} {tokenizer.Vocabulary[m.Key.Right]}"))];
        return new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = tokenizer.Unknown is int unknown ? tokenizer.Vocabulary[unknown] : null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = tokenizer.HasByteTokens,
            ["vocab"] = vocabulary,
            ["merges"] = merges,
        };
    }
}
