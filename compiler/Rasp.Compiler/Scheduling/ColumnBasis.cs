using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Format;

namespace Rasp.Compiler.Scheduling;

/// <summary>A function of a variable's value as it is read from the variable's columns: constant + Σ coefficient · column.</summary>
internal sealed record ColumnReading(Rational Constant, ImmutableArray<Rational> Coefficients);

/// <summary>
/// The columns of a variable that takes one of some values, chosen by what is read from it.
/// <code>
/// n one-hot columns, read through the functions f₁ … f_m → a column for each of those that are linearly independent of the
/// others and of the constant
/// </code>
/// Every function that is read is a linear combination of the columns, with exact coefficients.
/// </summary>
internal sealed class ColumnBasis
{
    /// <summary>More functions than this are not searched for linear dependence, which takes their number squared.</summary>
    private const int EliminationLimit = 64;

    private readonly Dictionary<ImmutableArray<Rational>, ColumnReading> readings = new(RowComparer<Rational>.Instance);
    private readonly int classes;

    private readonly ImmutableArray<int> order;
    private readonly int zero;

    private ColumnBasis(int classes, ImmutableArray<ImmutableArray<Rational>> columns, ImmutableArray<int> order = default, int zero = 0)
    {
        this.classes = classes;
        this.order = order;
        this.zero = zero;
        Vectors = [.. Enumerable.Range(0, classes).Select(c => columns.Select(f => f[c]).ToImmutableArray())];
        for (int i = 0; order.IsDefault && i < columns.Length; i++) readings.Add(columns[i], Single(i, columns.Length));
    }

    /// <summary>What the columns hold for each value, [class][column].</summary>
    public ImmutableArray<ImmutableArray<Rational>> Vectors { get; }

    public int Width => Vectors[0].Length;

    /// <summary>A column for each value.</summary>
    public static ColumnBasis OneHot(int classes) => new(classes, [.. Enumerable.Range(0, classes).Select(c => Unit(c, classes))]);

    /// <summary>
    /// A column for each border between two classes in an order: 1 for the classes on its side away from the class at
    /// <paramref name="zero"/>, whose columns all are 0. A staircase that passes the classes in this order, away from there, writes each
    /// column with one step and nothing else.
    /// <code>
    /// f = f(zero) + Σ_i&gt;zero (f(i) − f(i − 1)) · column_i + Σ_i≤zero (f(i − 1) − f(i)) · column_i
    /// </code>
    /// </summary>
    public static ColumnBasis Thermometer(ImmutableArray<int> order, int zero)
    {
        int classes = order.Length;
        ImmutableArray<Rational>[] columns = new ImmutableArray<Rational>[classes - 1];
        for (int i = 1; i < classes; i++)
        {
            Rational[] column = new Rational[classes];
            foreach (int c in i > zero ? order[i..] : order[..i]) column[c] = Rational.One;
            columns[i - 1] = [.. column];
        }

        return new ColumnBasis(classes, [.. columns], order, zero);
    }

    /// <summary>The fewest columns from which all the functions, each given by its value for every class, can be read.</summary>
    public static ColumnBasis Of(int classes, IEnumerable<ImmutableArray<Rational>> functions)
    {
        ImmutableArray<Rational>[] distinct = [.. functions.Select(f => Primitive(f).Function).Where(f => f.Any(x => x != Rational.Zero)).Distinct(RowComparer<Rational>.Instance)];
        if (distinct.Length > EliminationLimit) return distinct.Length < classes ? new ColumnBasis(classes, [.. distinct]) : OneHot(classes);

        // Small numbers first: they become the columns, and the larger ones are read from them.
        Elimination elimination = new();
        List<ImmutableArray<Rational>> columns = [];
        List<(ImmutableArray<Rational> Function, ImmutableArray<Rational> Coefficients)> dependent = [];
        foreach (ImmutableArray<Rational> function in distinct.OrderBy(f => f.Max(x => Math.Abs(x.ToDouble()))))
        {
            if (elimination.Add(function) is ImmutableArray<Rational> coefficients) dependent.Add((function, coefficients));
            else columns.Add(function);
        }

        ColumnBasis basis = new(classes, [.. columns]);
        foreach ((ImmutableArray<Rational> function, ImmutableArray<Rational> coefficients) in dependent)
            basis.readings.Add(function, new ColumnReading(Rational.Zero, [.. coefficients, .. Enumerable.Repeat(Rational.Zero, columns.Count - coefficients.Length)]));
        return basis;
    }

    /// <summary>How a function of the value is read; null where it is none of those that the basis was made for.</summary>
    public ColumnReading? Read(ImmutableArray<Rational> function)
    {
        if (!order.IsDefault)
            return new ColumnReading(function[order[zero]], [.. Enumerable.Range(1, classes - 1).Select(i => (function[order[i]] - function[order[i - 1]]) * (i > zero ? 1 : -1))]);
        (Rational constant, Rational scale, ImmutableArray<Rational> primitive) = Primitive(function);
        if (scale == Rational.Zero) return new ColumnReading(constant, [.. Enumerable.Repeat(Rational.Zero, Width)]);
        if (readings.TryGetValue(primitive, out ColumnReading? reading))
            return new ColumnReading(constant + (scale * reading.Constant), [.. reading.Coefficients.Select(c => c * scale)]);
        return Width == classes ? new ColumnReading(Rational.Zero, function) : null;
    }

    /// <summary>function = constant + scale · primitive, where the primitive is 0 for the first class and of small whole numbers.</summary>
    private static (Rational Constant, Rational Scale, ImmutableArray<Rational> Function) Primitive(ImmutableArray<Rational> function)
    {
        Rational constant = function[0];
        Rational scale = Rational.Zero;
        bool rises = false;
        foreach (Rational x in function)
        {
            if (x == constant) continue;
            if (scale == Rational.Zero) rises = x > constant;
            scale = CommonMeasure(scale, x - constant);
        }

        if (scale == Rational.Zero) return (constant, scale, [.. function.Select(_ => Rational.Zero)]);
        if (!rises) scale = -scale;
        return (constant, scale, [.. function.Select(x => x == constant ? Rational.Zero : x - constant == scale ? Rational.One : (x - constant) / scale)]);
    }

    /// <summary>The largest number of which both are whole multiples.</summary>
    private static Rational CommonMeasure(Rational a, Rational b)
    {
        if (a == b || a == -b) return a.Sign < 0 ? -a : a;
        while (b != Rational.Zero) (a, b) = (b, a - (b * (a / b).Floor()));
        return a.Sign < 0 ? -a : a;
    }

    private static ColumnReading Single(int column, int columns) => new(Rational.Zero, Unit(column, columns));

    private static ImmutableArray<Rational> Unit(int index, int length)
    {
        Rational[] unit = new Rational[length];
        unit[index] = Rational.One;
        return [.. unit];
    }

    /// <summary>Gaussian elimination, a function at a time.</summary>
    private sealed class Elimination
    {
        private readonly List<(int Pivot, Rational[] Row, Rational[] Combination)> rows = [];

        /// <summary>The coefficients of the functions added before that give this one; null where it is independent, and then it is added.</summary>
        public ImmutableArray<Rational>? Add(ImmutableArray<Rational> function)
        {
            try
            {
                return Reduce(function);
            }
            catch (OverflowException)
            {
                // Numbers this large are cheaper as a column of their own. It takes no part in what follows.
                rows.Add((-1, [], []));
                return null;
            }
        }

        private ImmutableArray<Rational>? Reduce(ImmutableArray<Rational> function)
        {
            Rational[] rest = [.. function];
            Rational[] combination = new Rational[rows.Count + 1];
            for (int r = 0; r < rows.Count; r++)
            {
                (int pivot, Rational[] row, Rational[] of) = rows[r];
                if (pivot < 0 || rest[pivot] == Rational.Zero) continue;
                Rational factor = rest[pivot] / row[pivot];
                for (int c = 0; c < rest.Length; c++) rest[c] -= factor * row[c];
                for (int i = 0; i < of.Length; i++) combination[i] += factor * of[i];
            }

            int first = Array.FindIndex(rest, x => x != Rational.Zero);
            if (first < 0) return [.. combination[..^1]];

            // rest = function − Σ combination · earlier ones, so it stands for the function itself less those.
            for (int i = 0; i < combination.Length - 1; i++) combination[i] = -combination[i];
            combination[^1] = Rational.One;
            rows.Add((first, rest, combination));
            return null;
        }
    }
}
