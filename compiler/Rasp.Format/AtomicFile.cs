namespace Rasp.Format;

/// <summary>Writes files so that a reader sees the old content or the whole new content, never a part of it.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Runs <paramref name="write"/> on a temporary file in the target's folder (created if absent) and moves it onto
    /// <paramref name="path"/>. Where <paramref name="write"/> throws, the temporary file is removed and the target is
    /// left as it was. Throws <see cref="RaspException"/> where the folder or the file cannot be written.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target) ?? target;
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write)) write(stream);
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = Directory.Exists(target) ? "it is a folder; name a file"
                : File.Exists(folder) ? $"'{folder}' is a file, not a folder; choose another"
                : $"{e.Message.TrimEnd('.')}; check the folder's permissions and the free space";
            throw new RaspException($"'{path}' cannot be written: {reason}.", e);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    /// <summary><see cref="Write(string, Action{Stream})"/> for bytes that are already in memory.</summary>
    public static void Write(string path, ReadOnlyMemory<byte> content) => Write(path, stream => stream.Write(content.Span));
}
