using System.Runtime.InteropServices;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families.Xgboost;

/// <summary>Rows as xgboost holds them (DMatrix).</summary>
internal sealed class TrainingMatrix : SafeHandle
{
    private TrainingMatrix(nint handle, int rows)
        : base(0, ownsHandle: true)
    {
        SetHandle(handle);
        Rows = rows;
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Copies rows; no value may be missing (NaN).</summary>
    /// <exception cref="TrainingException">The library is absent or refuses the rows.</exception>
    public static TrainingMatrix Create(DenseMatrix rows)
    {
        XgboostLibrary.Require();
        XgboostLibrary.Check(XgboostLibrary.CreateMatrix(rows.Values, (ulong)rows.Rows, (ulong)rows.Columns, float.NaN, out var handle, threads: 1));
        return new TrainingMatrix(handle, rows.Rows);
    }

    /// <summary>Sets each row's label.</summary>
    public void SetLabels(ReadOnlySpan<int> labels)
    {
        var values = new float[labels.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = labels[i];
        }

        XgboostLibrary.Check(XgboostLibrary.SetFloats(this, "label", values, (ulong)values.Length));
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => XgboostLibrary.FreeMatrix(handle) == 0;
}
