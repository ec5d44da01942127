using System.Runtime.ExceptionServices;

namespace Rasp.Compiler;

/// <summary>
/// Room for recursion over a program: long chains of operators are deep trees; the nesting that a person writes by hand
/// is bounded far below.
/// </summary>
internal static class LargeStack
{
    private const int Size = 256 << 20;

    /// <summary>Runs <paramref name="work"/> on a thread of its own and waits for it; what it throws is thrown here.</summary>
    public static T Run<T>(Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            Size)
        {
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result ?? throw new InvalidOperationException("the work gave no result");
    }
}
