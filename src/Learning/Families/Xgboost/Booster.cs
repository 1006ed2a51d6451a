using System.Runtime.InteropServices;

namespace TextOps.Learning.Families.Xgboost;

/// <summary>A model that xgboost trains, on one thread.</summary>
internal sealed class Booster : SafeHandle
{
    private Booster(nint handle)
        : base(0, ownsHandle: true) => SetHandle(handle);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Starts a model.</summary>
    /// <param name="matrix">The rows that it will be trained on; they must outlive it.</param>
    /// <param name="parameters">xgboost's parameters by name.</param>
    /// <param name="seed">Seed of all that is drawn; each round draws from it and its own number alone, whatever was trained before in the process.</param>
    /// <exception cref="TrainingException">A parameter is refused.</exception>
    public static Booster Create(TrainingMatrix matrix, IEnumerable<KeyValuePair<string, string>> parameters, int seed)
    {
        XgboostLibrary.Check(XgboostLibrary.CreateBooster([matrix.DangerousGetHandle()], 1, out var handle));
        var booster = new Booster(handle);
        try
        {
            KeyValuePair<string, string>[] fixedOnes =
                [new("nthread", "1"), new("verbosity", "0"), new("seed", $"{seed}"), new("seed_per_iteration", "1"), new("validate_parameters", "1")];
            foreach (var (name, value) in fixedOnes.Concat(parameters))
            {
                XgboostLibrary.Check(XgboostLibrary.SetParameter(booster, name, value));
            }

            return booster;
        }
        catch
        {
            booster.Dispose();
            throw;
        }
    }

    /// <summary>Trains one more round by the objective.</summary>
    public void Update(int round, TrainingMatrix matrix) => XgboostLibrary.Check(XgboostLibrary.Update(this, round, matrix));

    /// <summary>Trains one more round by the given gradients.</summary>
    public void Update(TrainingMatrix matrix, ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians) =>
        XgboostLibrary.Check(XgboostLibrary.Boost(this, matrix, gradients, hessians, (ulong)gradients.Length));

    /// <summary>What xgboost itself makes of the rows: <c>[rows, groups]</c>, before the objective's transformation.</summary>
    public float[] PredictMargins(TrainingMatrix matrix)
    {
        const string config = """{"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true}""";
        XgboostLibrary.Check(XgboostLibrary.Predict(this, matrix, config, out var shape, out var dimensions, out var values));
        var sizes = new long[dimensions];
        Marshal.Copy(shape, sizes, 0, sizes.Length);
        var margins = new float[sizes.Aggregate(1L, (product, size) => product * size)];
        Marshal.Copy(values, margins, 0, margins.Length);
        return margins;
    }

    /// <summary>The model as JSON (xgboost's doc/model.schema).</summary>
    public byte[] Save()
    {
        XgboostLibrary.Check(XgboostLibrary.Save(this, """{"format": "json"}""", out var length, out var pointer));
        var bytes = new byte[length];
        Marshal.Copy(pointer, bytes, 0, bytes.Length);
        return bytes;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => XgboostLibrary.FreeBooster(handle) == 0;
}
