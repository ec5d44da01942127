using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// One attention head: that unselected keys get weights of exactly zero, and how far the weights of selected keys, and what
/// they move, can be off.
/// </summary>
internal sealed class HeadProof(LengthProof proof, Schedule schedule, BeginningRow beginning, int layer, int head)
{
    private readonly NumberFormat format = proof.Format;

    public void Run(ScheduledHead scheduled)
    {
        double scoreError = ScoreError(scheduled);
        foreach (HeadWrite write in scheduled.Writes)
        {
            ErrorBound own = write.Part.Head.Terms.FirstOrDefault(t => t.ScoresBeginning) is ScoreTerm share ? Shared(write, share, scoreError)
                : write.Part.Moved.OneHot is not null ? MovedClass(write)
                : write.Part.Count is CountCode count ? Counted(write, count, scoreError)
                : Moved(write, scoreError);
            if (IsAlone(write)) proof.Add(write.Variable, own);
            else AddTo(write, own);
        }
    }

    private static bool IsAlone(HeadWrite write) => write.Variable.Parts.Length == 1 && write.Variable.Others.IsEmpty;

    /// <summary>Adds factor · part, a part off by <paramref name="own"/>, to the sum.</summary>
    private void AddTo(HeadWrite write, ErrorBound own)
    {
        SumBound sum = proof.SumOf(write.Variable);
        double factor = Math.Abs(write.Part.Factor.ToDouble());
        proof.Proof.Require(sum.Most <= format.Largest, () => $"{proof.Describe(write.Variable)}: a sum of up to {sum.Most:G6} passes the largest number of {format.Name}");
        double rounding = write.Part.Count is null ? proof.RoundingOf(write.Part.Factor) / factor : 0;
        ErrorBound scaled = new(factor * own.Absolute, own.Relative + rounding);
        proof.AddShare(write.Variable, SumBound.Added(proof, write.Part), scaled, factor * SumBound.Codes(proof, write.Part).Most);
    }

    /// <summary>
    /// How far the score of a selected key can be off, in relation to the beginning's. Features of whole numbers within fp32's
    /// integers have a score without any error.
    /// </summary>
    private double ScoreError(ScheduledHead scheduled)
    {
        double error = 0;
        double magnitude = 0;
        double atBeginning = 0;
        double ofBeginning = 0;
        double ofShare = 0;
        bool whole = true;
        int dimension = 0;
        double constant = scheduled.Head.Constant;
        string name = proof.Describe(scheduled.Writes[0].Variable);
        foreach (ScoreTerm term in scheduled.Head.Terms)
        {
            double[] ofQueries = new double[term.QueryFeatures.Length];
            double[] ofKeys = new double[term.KeyFeatures.Length];
            for (int f = 0; f < term.Features; f++, dimension++)
            {
                if (term.ScoresBeginning)
                {
                    ofShare += Feature(term.Query, term.QueryFeatures, f, name).Error;
                    atBeginning += Feature(term.Query, term.QueryFeatures, f, name).Largest * beginning.Off("K", layer, head, dimension, term.KeyFeatures[0][f].ToDouble());
                    ofBeginning += Math.Abs(term.KeyFeatures[0][f].ToDouble()) * beginning.Off("Q", layer, head, dimension, 0);
                    continue;
                }

                (double queryError, double query) = Feature(term.Query, term.QueryFeatures, f, name);
                (double keyError, double key) = Feature(term.Key, term.KeyFeatures, f, name);
                AddScaled(ofQueries, term.QueryFeatures, f, keyError);
                AddScaled(ofKeys, term.KeyFeatures, f, queryError);
                error += queryError * keyError;
                magnitude += query * key;
                whole &= queryError == 0 && keyError == 0 && AreWhole(term.Query, term.QueryFeatures, f) && AreWhole(term.Key, term.KeyFeatures, f);
                atBeginning += query * beginning.Off("K", layer, head, dimension, 0);
                ofBeginning += (key + keyError) * beginning.Off("Q", layer, head, dimension, 0);
            }

            // Each query has its own features, of which few may be other than 0.
            error += ofQueries.DefaultIfEmpty().Max() + ofKeys.DefaultIfEmpty().Max();
        }

        magnitude += Math.Abs(constant);
        if (!whole || magnitude > SinglePrecision.ExactIntegers) error += (dimension + 2) * SinglePrecision.Rounding * magnitude;
        proof.Proof.Require(constant == format.Round(constant), () => $"{name}: the penalty {constant} of a key that is not selected has no exact form in {format.Name}");
        proof.Proof.Require(scheduled.Head.Terms.All(IsOfKeysAlone) || HighestOfKeysAlone(scheduled.Head) <= 0, () => $"{name}: a key's own score may make up for not being selected");
        proof.Proof.Require(constant == 0 || constant <= -2 * SinglePrecision.ZeroWeightGap, () => $"{name}: the beginning of the sequence attends to keys");
        if (constant != 0) atBeginning += beginning.Off("K", layer, head, dimension, 0);
        atBeginning += beginning.Off("K", layer, head, dimension + 1, scheduled.Head.BeginningScore);
        ofBeginning += (Math.Abs(constant) * beginning.Off("Q", layer, head, dimension, 1)) + (Math.Abs(scheduled.Head.BeginningScore) * beginning.Off("Q", layer, head, dimension + 1, 1));
        proof.Proof.Require(
            SinglePrecision.ZeroWeightGap - atBeginning - ofBeginning >= format.ZeroGap,
            () => $"{name}: the beginning of the sequence attends to more than itself");
        (double gap, double off) = Gap(scheduled, magnitude, error, name);
        proof.Proof.Step(gap, off + atBeginning, () => $"{name}: its attention scores do not separate selected keys from others");
        proof.Proof.Require(gap - off - atBeginning >= format.ZeroGap, () => $"{name}: keys that are not selected keep a weight");
        return error + atBeginning + ofShare;
    }

    /// <summary>Whether a term's score is the same for all queries.</summary>
    private static bool IsOfKeysAlone(ScoreTerm term) => term is { Query: null, Features: <= 1 };

    /// <summary>The highest score that keys can have from terms that do not look at the query. Terms that do are at most 0.</summary>
    private double HighestOfKeysAlone(Head attention)
    {
        double highest = 0;
        foreach (ScoreTerm term in attention.Terms.Where(IsOfKeysAlone))
        {
            double query = term.Features == 0 ? 0 : term.QueryFeatures[0][0].ToDouble();
            highest += term.Constant + (term.Key is Variable key && term.Features == 1 ? Values(key, term.KeyFeatures, 0).Max(k => query * k) : term.Features == 1 ? query * term.KeyFeatures[0][0].ToDouble() : 0);
        }

        return highest;
    }

    private static void AddScaled(double[] sums, ImmutableArray<ImmutableArray<Rational>> features, int f, double factor)
    {
        if (factor == 0) return;
        for (int c = 0; c < sums.Length; c++) sums[c] += factor * Math.Abs(features[c][f].ToDouble());
    }

    /// <summary>
    /// How far the selected score, the beginning's and the others lie apart, and what a distance is off by: keys that are not selected lie twice
    /// the gap below, and the beginning, whose score is exact, between. Each later key lies a gap above the one before.
    /// </summary>
    private (double Gap, double Error) Gap(ScheduledHead scheduled, double magnitude, double error, string name)
    {
        double gap = SinglePrecision.ZeroWeightGap;
        if (scheduled.Head.Terms is not [{ Query: null, Features: 1 } latest]) return (gap, error + (2 * gap * format.Unit));
        proof.Proof.Require(magnitude <= format.Largest, () => $"{name}: a score of {magnitude} passes the largest number of {format.Name}");
        bool exact = latest.Key is Variable positions && proof.Classes(positions).All(c => format.Holds(latest.KeyFeatures[c][0].ToDouble()));
        return (gap, (2 * error) + (exact ? gap * format.Unit : 2 * format.Unit * magnitude));
    }

    private (double Error, double Largest) Feature(Variable? variable, ImmutableArray<ImmutableArray<Rational>> features, int f, string name)
    {
        if (variable is null) return (proof.RoundingOf(features[0][f]), Math.Abs(features[0][f].ToDouble()));
        ColumnReading reading = proof.Features.Of(variable, features)[f];
        (double error, _) = proof.Reading(variable, reading);
        error += proof.RoundingOf(reading.Constant);
        double largest = 0;
        bool held = true;
        foreach (double value in Values(variable, features, f))
        {
            largest = Math.Max(largest, Math.Abs(value));
            held &= format.Holds(value);
        }

        proof.Proof.Require(largest <= format.Largest, () => $"{name}: a feature of {largest} passes the largest number of {format.Name}");
        if (error > 0 || !held) error += format.Unit * largest;
        return (error, largest);
    }

    private IEnumerable<double> Values(Variable variable, ImmutableArray<ImmutableArray<Rational>> features, int f) => variable.Encoding == VariableEncoding.OneHot
        ? proof.Classes(variable).Select(c => features[c][f].ToDouble())
        : proof.Held(variable).Select(code => (code * features[0][f]).ToDouble());

    private bool AreWhole(Variable? variable, ImmutableArray<ImmutableArray<Rational>> features, int f) =>
        features.All(x => x[f].IsInteger) && (variable is not { Encoding: VariableEncoding.Linear } || proof.HoldsWholeNumbers(variable));

    /// <summary>
    /// <code>
    /// o·v·Σ x / (eˢ + w): the code's own error, what v·x is off by at each key, and a relative error from s, the weights, their sum, z and o·z
    /// </code>
    /// A sum of terms of both signs may be smaller than the terms, so that the error of its additions is relative to their sum.
    /// </summary>
    private ErrorBound Counted(HeadWrite write, CountCode count, double scoreError)
    {
        AggregateSOp? aggregate = write.Part.SOp as AggregateSOp;
        Selector selector = aggregate?.Selector ?? write.Part.Head.Selector;
        int largest = proof.Domains.Selectors.LargestWidth(selector, proof.MaxLength);
        double most = aggregate is null ? 1 : proof.Domains.Everywhere(aggregate.Value, proof.MaxLength).Select(v => Math.Abs(v.Number.ToDouble())).DefaultIfEmpty().Max();
        double additions = ((2 * proof.MaxLength) + 8) * SinglePrecision.Rounding;
        proof.Proof.Require(count.Value * most <= format.Largest, () => $"{proof.Describe(write.Variable)}: the value {count.Value * most} passes the largest number of {format.Name}");
        if (CountedExactly(write, count, (2 * scoreError) + additions, largest, largest * most) is ErrorBound exactly) return exactly;
        double output = format.Round(write.Part.OutputWeight) / write.Part.Factor.ToDouble();
        double atBeginning = PortableExponential.Of(write.Part.Head.BeginningScore);
        double code = CountCode.CodeError(write.Part.Head.BeginningScore, format.Round(count.Value) * output, largest);
        double atKey = 0;
        foreach (LinearTerm term in write.Part.Moved.Number?.Terms ?? []) atKey += proof.Reading(term.Variable, schedule.Read(term.Variable, term.Weights)).Error;
        atKey = (atKey / count.Value) + (most > 1 ? most * format.Unit : 0);
        double relative = (2 * scoreError) + additions + (3 * format.Unit) + (format.Tiny * (atBeginning + largest));
        double absolute = (code * most) + (atKey * largest) + (most > 1 || aggregate is not null ? additions * most * largest : 0)
            + (output * (beginning.Off("V", layer, head, write.First, 0) + format.Tiny));
        return new ErrorBound(absolute, relative);
    }

    /// <summary>
    /// Where the weights of keys are rounded to one power of two, however many they are, and so is v, all sums are exact and the format
    /// holds them up to its whole numbers. Null where that is not so.
    /// <code>
    /// 1 / (eˢ + w) → 2⁻ᵏ        v·x → 2ʲ·x        o·Σ 2⁻ᵏ·2ʲ·x = o·2^(j − k)·Σ x
    /// </code>
    /// </summary>
    private ErrorBound? CountedExactly(HeadWrite write, CountCode count, double scoreError, int largest, double most)
    {
        double atBeginning = PortableExponential.Of(write.Part.Head.BeginningScore);
        double weight = format.Round((1 + scoreError) / atBeginning);
        double value = format.Round(count.Value);
        bool powers = PowerOfTwo.Is(weight) && PowerOfTwo.Is(value) && format.Round((1 - scoreError) / (atBeginning + largest)) == weight;
        if (!powers || beginning.Off("V", layer, head, write.First, 0) > 0 || write.Part.Moved.Number is not LinearForm form) return null;
        foreach (LinearTerm term in form.Terms)
        {
            ColumnReading reading = schedule.Read(term.Variable, term.Weights);
            if (!proof.HoldsWholeNumbers(term.Variable) || !reading.Coefficients.Append(reading.Constant).All(IsScaled)) return null;
        }

        double whole = Math.ScaleB(1, format.Precision);
        if (!IsScaled(form.Constant) || most > SinglePrecision.ExactIntegers || weight * value < Math.ScaleB(1, format.LeastExponent)) return null;
        double output = format.Round(write.Part.OutputWeight) / write.Part.Factor.ToDouble();
        double relative = Math.Abs((weight * value * output) - 1);
        return new ErrorBound(0, relative + (most > whole ? 3 * format.Unit : PowerOfTwo.Is(output) ? 0 : format.Unit));

        // Whether rounding a multiple of v gives the same multiple of the rounded v.
        bool IsScaled(Rational x)
        {
            double multiple = x.ToDouble() / count.Value;
            return multiple == Math.Floor(multiple) && format.Round(x.ToDouble()) == multiple * value && format.Holds(multiple * value);
        }
    }

    /// <summary>
    /// With one selected key its weight is exactly 1. Where scores are inexact, the weights of several differ and are added up with
    /// roundings, and the sum is off by a rounding of the largest value a key. Where all keys hold one value it does not matter how their
    /// weights are shared out.
    /// </summary>
    private ErrorBound Moved(HeadWrite write, double scoreError)
    {
        MovedValue moved = write.Part.Moved;
        if (moved.Number is not LinearForm form) return ErrorBound.Exact;
        AggregateSOp? aggregate = write.Part.SOp as AggregateSOp;
        ImmutableArray<Value> values = proof.Domains.Everywhere(aggregate?.Value ?? write.Part.SOp, proof.MaxLength);
        ErrorBound value = proof.Number(form, values.Select(v => v.Number));
        double largest = values.Select(v => Math.Abs(v.Number.ToDouble())).DefaultIfEmpty().Max();
        double emptyError = beginning.Off("V", layer, head, write.First, moved.Empty.Number.ToDouble());
        bool moves = aggregate is null || proof.Domains.Selectors.SelectsAtMostOne(aggregate.Selector);
        if (moves) return new ErrorBound(Math.Max(value.Absolute, emptyError), value.Relative);
        double roundings = (proof.MaxLength + 8) * SinglePrecision.Rounding;
        if (aggregate is not null && value.IsExact && values.All(v => v.Number.IsInteger))
        {
            int width = proof.Domains.Selectors.LargestWidth(aggregate.Selector, proof.MaxLength);
            Dictionary<double, Interval>? means = MeanErrors.Of(format, width, values[0].Number.Numerator, values[^1].Number.Numerator, (2 * scoreError) + roundings);
            if (means is not null)
            {
                double empty = moved.Empty.Number.ToDouble();
                means[empty] = means.GetValueOrDefault(empty).With(emptyError).With(-emptyError);
                if (IsAlone(write)) proof.AddMeans(write.Variable, means);
                return MeanErrors.Bound(means);
            }
        }

        if (scoreError == 0) return OfEqualWeights(aggregate, [.. values.Select(v => v.Number)], value, emptyError);
        return new ErrorBound(
            Math.Max(value.At(largest) + (largest * roundings), emptyError) + format.Tiny,
            (values.Length == 1 ? 0 : 2 * scoreError) + (2 * format.Unit) + roundings);
    }

    /// <summary>
    /// One selected key beside the beginning, whose score f is rounded once in fp32 and once to the format, its weight e⁻ᶠ/(e⁻ᶠ + 1) by exp, the sum
    /// and the quotient; all of that is a relative error of the weight 1/count, whose product with the value is rounded.
    /// </summary>
    private ErrorBound Shared(HeadWrite write, ScoreTerm share, double scoreError)
    {
        if (write.Part.Moved.Number is not LinearForm form || share.Query is not Variable positions) return ErrorBound.Exact;
        ErrorBound value = proof.Number(form, proof.Domains.Everywhere(write.Part.SOp, proof.MaxLength).Select(v => v.Number));
        double largest = proof.LargestCode(write.Variable);
        double score = 0;
        double weight = 0;
        foreach (int c in proof.Classes(positions))
        {
            double beginningScore = share.QueryFeatures[c].Sum(f => f.ToDouble());
            double count = positions.Values[c].Number.ToDouble() + 1;
            if (count > 1) score = Math.Max(score, Math.Abs(beginningScore));
            weight = Math.Max(weight, Math.Abs((count / (1 + PortableExponential.Of(beginningScore))) - 1));
        }

        double rounding = format.Unit == SinglePrecision.Rounding ? 0 : format.Unit;
        double scores = scoreError + (SinglePrecision.Rounding * PowerOfTwo.AtMost(Math.Max(score, 1))) + (rounding * score);
        double relative = ((1 + weight) * PortableExponential.Of(scores) * (1 + (8 * SinglePrecision.Rounding)) * (1 + rounding) * (1 + rounding)) - 1;
        double emptyError = beginning.Off("V", layer, head, write.First, 0);
        return new ErrorBound((value.At(largest * proof.MaxLength) * (1 + relative)) + emptyError + format.Tiny, relative);
    }

    /// <summary>
    /// The scores are exactly 0, so that e⁰ = 1 is added up to w exactly, and all weights are the same rounded 1/w: a relative error of the mean. The rest
    /// comes from the additions; where what is not zero has one value, a smaller mean has fewer and smaller ones.
    /// </summary>
    private ErrorBound OfEqualWeights(AggregateSOp? aggregate, ImmutableArray<Rational> values, ErrorBound value, double emptyError)
    {
        int keys = aggregate is null ? proof.MaxLength : proof.Domains.MostTerms(aggregate, proof.MaxLength);
        double largest = values.Select(v => Math.Abs(v.ToDouble())).DefaultIfEmpty().Max();
        double held = largest + value.At(largest);
        double rounding = format.Unit == SinglePrecision.Rounding ? 0 : format.Unit;
        double weights = ((1 + (2 * SinglePrecision.Rounding)) * (1 + rounding) * (1 + rounding)) - 1;
        double additions = SinglePrecision.MeanOfMany(keys, held * (1 + weights)) * (1 + rounding);
        bool isShare = largest > 0 && value.IsExact && (keys <= 1 || values.Where(v => v != Rational.Zero).Distinct().Count() == 1);
        double products = values.All(IsPowerOfTwo) ? 0 : SinglePrecision.Rounding;
        return isShare
            ? new ErrorBound(emptyError + format.Tiny, weights + products + (additions / largest))
            : new ErrorBound(Math.Max((value.At(largest) * (1 + weights)) + additions, emptyError) + (products * held) + format.Tiny, weights);
    }

    private static bool IsPowerOfTwo(Rational x) => x == Rational.Zero || PowerOfTwo.AtMost(Math.Abs(x.ToDouble())) == Math.Abs(x.ToDouble());

    /// <summary>The columns of the one selected key's class, with weight 1.</summary>
    private ErrorBound MovedClass(HeadWrite write)
    {
        if (write.Part.Moved.OneHot is not OneHotView view) return ErrorBound.Exact;
        AttentionVariable variable = write.Variable;
        ImmutableArray<ImmutableArray<Rational>> vectors = schedule.MovedVectors(view, variable);
        int empty = variable.Values.BinarySearch(write.Part.Moved.Empty);
        double error = 0;
        for (int i = 0; i < schedule.Width(variable); i++)
        {
            (double own, _) = Feature(view.Variable, vectors, i, proof.Describe(variable));
            double target = empty < 0 ? 0 : schedule.Vectors(variable)[empty][i].ToDouble();
            error = Math.Max(error, Math.Max(own, empty < 0 ? 0 : beginning.Off("V", layer, head, write.First + i, target)));
        }

        return new ErrorBound(error, 0);
    }
}
