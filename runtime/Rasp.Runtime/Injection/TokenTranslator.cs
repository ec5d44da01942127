using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.Tokenizers;

namespace Rasp.Runtime.Injection;

/// <summary>A prompt as both models read it: <see cref="Ids"/> starts with BOS, <see cref="Tokens"/> does not.</summary>
internal sealed record TranslatedPrompt(long[] Ids, ImmutableArray<Value> Tokens);

/// <summary>
/// Language-model tokens to program tokens, one to one: position p of the program is position p + 1 of the language model,
/// whose first is BOS. A token that the program lacks is an error unless the task declares a filler for it.
/// </summary>
internal sealed class TokenTranslator
{
    private readonly ITokenizer tokenizer;
    private readonly Manifest program;
    private readonly InjectionTask task;
    private readonly HashSet<Value> vocabulary;

    public TokenTranslator(ITokenizer tokenizer, Manifest program, InjectionTask task)
    {
        this.tokenizer = tokenizer;
        this.program = program;
        this.task = task;
        vocabulary = [.. program.Vocabulary];
        foreach ((string text, Value filler) in task.Fillers)
            if (!vocabulary.Contains(filler))
                throw new RaspException($"The task '{task.Name}' maps '{text}' to the token '{filler}', which is not in the vocabulary of '{program.Name}'.");
        AnswerIds = [.. task.Answers.Select(AnswerId)];
        if (AnswerIds.Distinct().Count() != AnswerIds.Length)
            throw new RaspException($"Two answers of the task '{task.Name}' are the same token; give every answer its own.");
    }

    /// <summary>The language model's token for each of the task's answers.</summary>
    public ImmutableArray<int> AnswerIds { get; }

    public TranslatedPrompt Translate(string input)
    {
        long[] ids = tokenizer.Encode(task.Prompt(input), bos: true);
        if (ids[0] != tokenizer.Bos) throw new RaspException("The tokenizer puts no start token before a text; injection needs one.");
        Value[] tokens = new Value[ids.Length - 1];
        for (int p = 0; p < tokens.Length; p++) tokens[p] = Token((int)ids[p + 1]);
        if (tokens.Length > program.MaxLength)
            throw new RaspException($"The prompt for an input of {input.Length} characters has {tokens.Length} tokens, but '{program.Name}' is compiled for at most {program.MaxLength}; compile it with --max-length {tokens.Length} or more.");
        return new TranslatedPrompt(ids, [.. tokens]);
    }

    /// <summary>The index of the task's answer for a value of the export.</summary>
    public int AnswerIndex(Value value)
    {
        for (int i = 0; i < task.Answers.Length; i++)
            if (task.Answers[i].Value == value) return i;
        throw new RaspException($"'{program.Name}' gave {value}, for which the task '{task.Name}' has no answer (it has {string.Join(", ", task.Answers.Select(a => a.Value))}).");
    }

    private Value Token(int id)
    {
        string text = tokenizer.TokenText(id);
        Value token = Value.FromText(text);
        if (vocabulary.Contains(token)) return token;
        if (task.Fillers.TryGetValue(text, out token)) return token;
        throw new RaspException($"The language model's token '{text}' ({id}) is not in the vocabulary of '{program.Name}' ({string.Join(' ', program.Vocabulary)}); compile it with a vocabulary that has it, or map it to a filler.");
    }

    private int AnswerId(TaskAnswer answer)
    {
        for (int id = 0; id < tokenizer.VocabularySize; id++)
            if (id != tokenizer.Bos && id != tokenizer.Eos && tokenizer.TokenText(id) == answer.Text) return id;
        throw new RaspException($"The language model has no token '{answer.Text}' for the answer {answer.Value}; choose an answer that is one of its tokens.");
    }
}
