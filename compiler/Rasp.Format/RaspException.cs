namespace Rasp.Format;

/// <summary>
/// An expected failure caused by what a user supplied (a file, an option, a model folder). The message is one
/// sentence for a person: what is wrong, where, and what to do. The <c>rasp</c> command prints it and exits with 1.
/// </summary>
public sealed class RaspException : Exception
{
    public RaspException(string message) : base(message) { }

    public RaspException(string message, Exception inner) : base(message, inner) { }

    public RaspException() { }
}
