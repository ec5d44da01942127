using Rasp.Testing.RandomPrograms;

namespace Rasp.Compiler.Tests.Compiling;

/// <summary>
/// Properties over random programs: what compiles gives on every input what the interpreter gives, run densely and by the
/// model's own forward pass; most compile, and what does not is refused by a limit or for an input without a value.
/// </summary>
public sealed class RandomProgramTests
{
    private const int PerRange = 500;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Interpreter_dense_weights_and_model_agree(int range)
    {
        int refused = 0;
        Parallel.For(range * PerRange, (range + 1) * PerRange, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            RandomProgram program = RandomProgram.Make(seed);
            Agreement agreement = Agreement.Of(program);
            if (agreement.Refused is not null) Interlocked.Increment(ref refused);
            if (agreement.Problem is not null) Assert.Fail(Report(seed, program));
        });
        Assert.True(refused < PerRange / 4, $"{refused} of {PerRange} were refused");
    }

    private static string Report(int seed, RandomProgram program)
    {
        RandomProgram smallest = program.Shrunk(p => Agreement.Of(p).Problem is not null);
        return $"seed {seed}: {Agreement.Of(smallest).Problem}\n{smallest}";
    }
}
