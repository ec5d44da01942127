using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Benchmarks.Measuring;

namespace Benchmarks.Engine;

/// <summary>A Python process that runs the same work in PyTorch (Debian: python3-torch) and times itself.</summary>
internal sealed class PyTorch : IDisposable
{
    // Debian's own Python comes first: another one on the path rarely has the package.
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    private readonly Process process;

    private readonly StringBuilder errors = new();

    private PyTorch(Process process, string version, int threads)
    {
        this.process = process;
        // Read as they come: a full pipe would stop the process.
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        Name = $"PyTorch {version}, {threads} thread(s)";
    }

    internal string Name { get; }

    /// <summary>Null where there is no Python with PyTorch.</summary>
    internal static PyTorch? Start(int threads, string config)
    {
        foreach (string interpreter in Interpreters)
        {
            ProcessStartInfo start = new(interpreter, [Path.Combine(AppContext.BaseDirectory, "pytorch_peer.py"), threads.ToString(CultureInfo.InvariantCulture), config])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
            try
            {
                Process process = Process.Start(start) ?? throw new InvalidOperationException($"{interpreter} did not start");
                if (process.StandardOutput.ReadLine() is { } version) return new PyTorch(process, version, threads);
                process.Dispose();
            }
            catch (Win32Exception)
            {
                // No such interpreter: the next one may be there.
            }
        }
        return null;
    }

    internal Contestant Contestant(string work) => new(Name, repeats =>
    {
        process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{work} {repeats}"));
        process.StandardInput.Flush();
        string answer = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"PyTorch stopped: {errors}");
        return double.Parse(answer, CultureInfo.InvariantCulture);
    });

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
