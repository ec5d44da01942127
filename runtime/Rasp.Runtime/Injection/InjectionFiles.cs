using System.Collections.Immutable;
using System.Text;
using Rasp.Format;
using Rasp.Runtime.LanguageModels;

namespace Rasp.Runtime.Injection;

/// <summary>
/// What an injection leaves behind: the model's Hugging Face folder, <c>heads.safetensors</c> with NAME.weight
/// [outputs, d] and NAME.bias for every variable, and, written last, <c>injection.json</c>.
/// </summary>
internal static class InjectionFiles
{
    public const string HeadsFile = "heads.safetensors";
    public const string ReportFile = "injection.json";

    public static void Write(string folder, LanguageModel model, ImmutableArray<VariableHead> heads, InjectionReport report)
    {
        model.Save(folder);
        SafetensorsWriter.Write(Path.Combine(folder, HeadsFile), heads.SelectMany(Tensors));
        AtomicFile.Write(Path.Combine(folder, ReportFile), Encoding.UTF8.GetBytes(report.ToJson()));
    }

    private static IEnumerable<(string Name, long[] Shape, float[] Data)> Tensors(VariableHead head)
    {
        string name = head.Variable.Variable.Name;
        yield return ($"{name}.weight", head.Weight.shape, head.Rows());
        yield return ($"{name}.bias", head.Bias.shape, head.Bias.detach().cpu().data<float>().ToArray());
    }
}
