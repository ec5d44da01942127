using System.Globalization;
using Benchmarks.Measuring;

namespace Benchmarks.Engine;

/// <summary>The same work in PyTorch (Debian: python3-torch).</summary>
internal sealed class PyTorch : IDisposable
{
    private readonly PythonPeer process;

    private PyTorch(PythonPeer process, int threads)
    {
        this.process = process;
        Name = $"PyTorch {process.Greeting}, {threads} thread(s)";
    }

    internal string Name { get; }

    /// <summary>Null where there is no Python with PyTorch.</summary>
    internal static PyTorch? Start(int threads, string config) =>
        PythonPeer.Start("pytorch_peer.py", threads.ToString(CultureInfo.InvariantCulture), config) is { } process ? new PyTorch(process, threads) : null;

    internal Contestant Contestant(string work) => process.Contestant(Name, work);

    public void Dispose() => process.Dispose();
}
