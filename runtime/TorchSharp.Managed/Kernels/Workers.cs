using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TorchSharp;

/// <summary>A range of work described by unmanaged values only, so that starting it allocates nothing.</summary>
internal interface IJob
{
    public void Run(long start, long end);
}

/// <summary>
/// The engine's threads: they spin briefly for the next job, then park. A job is cut into chunks that threads claim; the cut
/// never depends on which thread runs a chunk, so results are the same from run to run. A second caller that finds the
/// threads busy runs its job alone.
/// </summary>
internal static unsafe class Workers
{
    private static readonly long SpinTicks = Stopwatch.Frequency / 500;
    private static readonly Lock Gate = new();
    private static readonly List<Thread> Threads = [];
    private static readonly object Park = new();
    private static int threadCount = Environment.ProcessorCount;

    private static delegate*<void*, long, long, void> body;
    private static void* state;
    private static long count;
    private static long chunk;
    private static long chunks;
    private static long next;
    private static int helpers;
    private static long generation;
    private static long open;
    private static int active;
    private static int parked;
    private static Exception? failure;

    internal static int Count
    {
        get => Volatile.Read(ref threadCount);
        set
        {
            if (value < 1) throw new ArgumentOutOfRangeException(nameof(value), "at least one thread is needed");
            Volatile.Write(ref threadCount, value);
        }
    }

    /// <summary>Whether every thread has gone to sleep; to be asked while no job runs.</summary>
    internal static bool AllParked => Volatile.Read(ref parked) == Threads.Count;

    /// <summary>
    /// Runs job over [0, count) in chunks of about <paramref name="grain"/>, which begin at multiples of
    /// <paramref name="multiple"/>; returns when all is done.
    /// </summary>
    internal static void Run<TJob>(in TJob job, long total, long grain, long multiple = 1) where TJob : unmanaged, IJob
    {
        if (total <= 0) return;
        grain = Math.Max(1, grain);
        var threads = Count;
        if (threads == 1 || total <= grain || Gate.IsHeldByCurrentThread || !Gate.TryEnter())
        {
            var alone = job;
            alone.Run(0, total);
            return;
        }
        try
        {
            fixed (TJob* pointer = &job) Share(&Invoke<TJob>, pointer, total, grain, multiple, threads);
        }
        finally
        {
            Gate.Exit();
        }
    }

    private static void Invoke<TJob>(void* job, long start, long end) where TJob : unmanaged, IJob => ((TJob*)job)->Run(start, end);

    private static void Share(delegate*<void*, long, long, void> function, void* argument, long total, long grain, long multiple, int threads)
    {
        while (Threads.Count < threads - 1)
        {
            var thread = new Thread(Serve) { IsBackground = true, Name = "tensor worker" };
            Threads.Add(thread);
            thread.Start(Threads.Count - 1);
        }
        body = function;
        state = argument;
        count = total;
        chunks = Math.Min((total + grain - 1) / grain, 4L * threads);
        chunk = (total + chunks * multiple - 1) / (chunks * multiple) * multiple;
        next = 0;
        failure = null;
        helpers = threads - 1;
        Volatile.Write(ref open, generation + 1);
        Interlocked.Increment(ref generation);
        if (Volatile.Read(ref parked) > 0)
        {
            lock (Park) Monitor.PulseAll(Park);
        }
        // Whatever fails here, the other threads work on memory of this frame until they are done.
        DrainSafely();
        // A thread that has not woken yet is not waited for: it finds the job closed.
        Interlocked.Exchange(ref open, 0);
        var spinner = new SpinWait();
        while (Volatile.Read(ref active) != 0) spinner.SpinOnce(-1);
        if (failure is { } error) ExceptionDispatchInfo.Throw(error);
    }

    private static void DrainSafely()
    {
        try
        {
            Drain();
        }
        catch (Exception error)
        {
            failure = error;
        }
    }

    private static void Drain()
    {
        for (;;)
        {
            var start = (Interlocked.Increment(ref next) - 1) * chunk;
            if (start >= count) return;
            body(state, start, Math.Min(count, start + chunk));
        }
    }

    private static void Serve(object? argument)
    {
        var index = (int)(argument ?? 0);
        long seen = 0;
        for (;;)
        {
            seen = WaitForJob(seen);
            Interlocked.Increment(ref active);
            if (Volatile.Read(ref open) == seen && index < helpers) DrainSafely();
            Interlocked.Decrement(ref active);
        }
    }

    private static long WaitForJob(long seen)
    {
        var start = Stopwatch.GetTimestamp();
        var rounds = 0;
        while (Volatile.Read(ref generation) == seen)
        {
            Thread.SpinWait(8);
            if ((++rounds & 63) != 0 || Stopwatch.GetTimestamp() - start < SpinTicks) continue;
            Interlocked.Increment(ref parked);
            lock (Park)
            {
                while (Volatile.Read(ref generation) == seen) Monitor.Wait(Park);
            }
            Interlocked.Decrement(ref parked);
        }
        return Volatile.Read(ref generation);
    }
}
