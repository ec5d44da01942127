using Rasp.Runtime.Injection;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Verification;

/// <summary>What a model says: the token with the largest logit at the last position.</summary>
internal static class ModelAnswers
{
    /// <summary>One token id for each row of ids [B, T].</summary>
    public static long[] Said(HookedForward model, Tensor ids) => Said(new ExchangingPass([], [], null), model, ids);

    /// <summary>One token id for each row of ids [B, T], then for each exchanged row.</summary>
    public static long[] Said(ExchangingPass pass, HookedForward model, Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad()) return pass.Run(model, ids, null).argmax(-1).data<long>().ToArray();
    }
}
