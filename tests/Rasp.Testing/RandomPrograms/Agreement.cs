using System.Collections.Immutable;
using Rasp.Compiler;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Testing.RandomPrograms;

/// <summary>
/// What became of a program: the code of the diagnostic that refused it (null: it compiled), what is wrong (null: nothing), and
/// how many layers the model has (null: there is none).
/// </summary>
public sealed record Agreement(string? Refused, string? Problem, int? Layers = null)
{
    /// <summary>Inputs on which the dense pass runs as well; the interpreter and the model's own pass run on all.</summary>
    private const int DenseInputs = 16;

    /// <summary>Compiles a program and compares interpreter, dense weights and the model's own forward pass on every input.</summary>
    public static Agreement Of(RandomProgram random) => Of(random, CompileOptions.Default);

    /// <summary>The same for a program compiled with <paramref name="options"/>.</summary>
    public static Agreement Of(RandomProgram random, CompileOptions options)
    {
        try
        {
            return Compare(random, options);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new Agreement(null, $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}");
        }
    }

    private static Agreement Compare(RandomProgram random, CompileOptions options)
    {
        Compilation compilation = Compilation.Parse(random.Text, "random.rasp");
        if (compilation.Program is not RaspProgram program) return new Agreement(null, string.Join('\n', compilation.Diagnostics));
        CompileSettings settings = new() { Vocabulary = random.Vocabulary, MaxLength = random.MaxLength, Causal = random.Causal };
        // A definition that is one value, the same for every input, is no s-op.
        ImmutableArray<NamedSOp> exports = [.. random.Exports.Select(program.Find).OfType<NamedSOp>()];
        if (exports.IsEmpty) return new Agreement(null, null);
        CompileResult result = ProgramCompiler.Compile(program, [.. exports.Select(e => e.Name)], settings, options);
        EvaluationPlan plan = new Interpreter(random.Causal).Prepare([.. exports.Select(e => e.SOp)]);
        if (result.Model is not CompiledModel model)
        {
            string code = result.Diagnostics[0].Code;
            string message = result.Diagnostics[0].ToString();

            // So few tokens do not take more than single precision has: who says so hides wrong weights.
            bool isRight = (code == "RASP0110" && !message.Contains("single precision", StringComparison.Ordinal))
                || (code == "RASP0120" && Inputs(random).Any(i => !plan.TryEvaluate(i.AsSpan(), out _)));
            return new Agreement(code, isRight ? null : message);
        }

        DenseTransformer dense = new(model);
        int inputs = 0;
        foreach (ImmutableArray<Value> input in Inputs(random))
        {
            if (!plan.TryEvaluate(input.AsSpan(), out EvaluationError? error)) return new Agreement(null, $"{Show(input)}: compiled, but {error?.Message}");
            IReadOnlyDictionary<string, ImmutableArray<Value>>? plain = inputs++ % Stride(random) == 0 ? dense.Run(input) : null;
            foreach ((string name, SOp sop, _) in exports)
            {
                Value[] expected = plan[sop];
                if (!model.Evaluate(input, name).SequenceEqual(expected)) return Differs("the model", model.Evaluate(input, name));
                if (plain is not null && !plain[name].SequenceEqual(expected)) return Differs("the dense pass", plain[name]);

                Agreement Differs(string what, ImmutableArray<Value> actual) =>
                    new(null, $"{Show(input)}: {name} is {string.Join(' ', expected)}, {what} gives {string.Join(' ', actual)}");
            }
        }

        return new Agreement(null, null, model.Manifest.Layers);
    }

    private static int Stride(RandomProgram random) =>
        Math.Max(1, (int)Enumerable.Range(1, random.MaxLength).Sum(n => Math.Pow(random.Alphabet.Length, n)) / DenseInputs);

    private static string Show(ImmutableArray<Value> input) => string.Concat(input);

    private static IEnumerable<ImmutableArray<Value>> Inputs(RandomProgram random)
    {
        IEnumerable<ImmutableArray<Value>> ofLength = [[]];
        for (int length = 1; length <= random.MaxLength; length++)
        {
            ofLength = [.. ofLength.SelectMany(input => random.Vocabulary.Select(input.Add))];
            foreach (ImmutableArray<Value> input in ofLength) yield return input;
        }
    }
}
