using System.Text;

namespace Rasp.Runtime.Tests.Tokenizers;

/// <summary>
/// The definition of llama2.c's encoding, written down as a loop: after the start token and a space, characters (or their
/// bytes), then again and again the neighbouring pair whose join has the best score. It reads the file itself.
/// </summary>
internal static class PlainMergeLoop
{
    public static long[] Encode(string path, string text)
    {
        List<(string Text, float Score)> vocabulary = Read(path);
        int Find(string piece) => vocabulary.FindIndex(3, token => token.Text == piece);
        List<int> ids = [1];
        foreach (Rune rune in (" " + text).EnumerateRunes())
        {
            int id = Find(rune.ToString());
            if (id >= 0) ids.Add(id);
            else ids.AddRange(Encoding.UTF8.GetBytes(rune.ToString()).Select(b => b + 3));
        }

        while (true)
        {
            int best = -1;
            int result = -1;
            for (int i = 1; i + 1 < ids.Count; i++)
            {
                int joined = Find(vocabulary[ids[i]].Text + vocabulary[ids[i + 1]].Text);
                if (joined >= 0 && (best < 0 || vocabulary[joined].Score > vocabulary[result].Score)) (best, result) = (i, joined);
            }

            if (best < 0) return [.. ids.Select(id => (long)id)];
            ids[best] = result;
            ids.RemoveAt(best + 1);
        }
    }

    private static List<(string Text, float Score)> Read(string path)
    {
        using BinaryReader reader = new(File.OpenRead(path));
        reader.ReadInt32();
        List<(string, float)> tokens = [];
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            float score = reader.ReadSingle();
            tokens.Add((Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32())), score));
        }

        return tokens;
    }
}
