using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TorchSharp;

/// <summary>A range of work described by unmanaged values only, so that starting it allocates nothing.</summary>
internal interface IJob
{
    public void Run(long start, long end);
}

/// <summary>
/// The engine's threads: they spin briefly for the next job, then park. A job is cut into chunks; each thread begins with its
/// own share of them, which is the same from job to job so that its cache still holds the data, and then helps out with the
/// others'. The cut never depends on which thread runs a chunk, so results are the same from run to run. A second caller that
/// finds the threads busy runs its job alone.
/// </summary>
internal static unsafe class Workers
{
    // Longs between two threads' counters: each has a cache line to itself.
    private const int Apart = 16;
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
    private static long[] claimed = [];
    private static int sharers;
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
            fixed (TJob* pointer = &job) RunOnThreads(&Invoke<TJob>, pointer, total, grain, multiple, threads);
        }
        finally
        {
            Gate.Exit();
        }
    }

    private static void Invoke<TJob>(void* job, long start, long end) where TJob : unmanaged, IJob => ((TJob*)job)->Run(start, end);

    private static void RunOnThreads(delegate*<void*, long, long, void> function, void* argument, long total, long grain, long multiple, int threads)
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
        if (claimed.Length < threads * Apart) claimed = new long[threads * Apart];
        for (var t = 0; t < threads; t++) claimed[t * Apart] = FirstChunk(t, threads);
        failure = null;
        sharers = threads;
        Volatile.Write(ref open, generation + 1);
        Interlocked.Increment(ref generation);
        if (Volatile.Read(ref parked) > 0)
        {
            lock (Park) Monitor.PulseAll(Park);
        }
        // Whatever fails here, the other threads work on memory of this frame until they are done.
        DrainSafely(0);
        // A thread that has not woken yet is not waited for: it finds the job closed.
        Interlocked.Exchange(ref open, 0);
        var spinner = new SpinWait();
        while (Volatile.Read(ref active) != 0) spinner.SpinOnce(-1);
        if (failure is { } error) ExceptionDispatchInfo.Throw(error);
    }

    // Where a thread's share of the chunks begins, and the one before it ends.
    private static long FirstChunk(int thread, int threads) => chunks * thread / threads;

    private static void DrainSafely(int thread)
    {
        try
        {
            for (var i = 0; i < sharers; i++) Drain((thread + i) % sharers);
        }
        catch (Exception error)
        {
            failure = error;
        }
    }

    private static void Drain(int share)
    {
        var end = FirstChunk(share + 1, sharers);
        for (;;)
        {
            var claim = Interlocked.Increment(ref claimed[share * Apart]) - 1;
            if (claim >= end || claim * chunk >= count) return;
            body(state, claim * chunk, Math.Min(count, (claim + 1) * chunk));
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
            if (Volatile.Read(ref open) == seen && index + 1 < sharers) DrainSafely(index + 1);
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
