namespace Rasp.Testing;

/// <summary>A snapshot is missing or differs; the message shows the difference and says how to accept it.</summary>
public sealed class SnapshotException : Exception
{
    public SnapshotException(string message) : base(message) { }

    public SnapshotException(string message, Exception inner) : base(message, inner) { }

    public SnapshotException() { }
}
