using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Benchmarks.Measuring;

/// <summary>
/// A Python process that does a contestant's work and times itself: it says a line when it is ready, then answers a line for
/// each line it is given.
/// </summary>
internal sealed class PythonPeer : IDisposable
{
    // Debian's own Python comes first: another one on the path rarely has Debian's packages.
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    private readonly Process process;
    private readonly StringBuilder errors = new();

    private PythonPeer(Process process, string greeting)
    {
        this.process = process;
        // Read as they come: a full pipe would stop the process.
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        Greeting = greeting;
    }

    /// <summary>What the process said when it was ready.</summary>
    internal string Greeting { get; }

    /// <summary>Null where there is no Python that gets ready: it lacks a package.</summary>
    internal static PythonPeer? Start(string script, params string[] arguments)
    {
        foreach (string interpreter in Interpreters)
        {
            ProcessStartInfo start = new(interpreter, [Path.Combine(AppContext.BaseDirectory, script), .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            try
            {
                Process process = Process.Start(start) ?? throw new InvalidOperationException($"{interpreter} did not start");
                if (process.StandardOutput.ReadLine() is { } greeting) return new PythonPeer(process, greeting);
                process.Dispose();
            }
            catch (Win32Exception)
            {
                // No such interpreter: the next one may be there.
            }
        }
        return null;
    }

    internal string Ask(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"the Python process stopped: {errors}");
    }

    /// <summary>Runs the work so many times and answers with the seconds.</summary>
    internal Contestant Contestant(string name, string work) => new(name, repeats =>
        double.Parse(Ask(string.Create(CultureInfo.InvariantCulture, $"{work}\t{repeats}")), CultureInfo.InvariantCulture));

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
