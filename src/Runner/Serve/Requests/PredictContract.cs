using System.Globalization;
using System.Text.Json;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Http;

namespace TextOps.Runner.Serve.Requests;

/// <summary>What a request to <c>/predict</c> may be, by the model's own contract: its text field, its numeric fields, and numbers that the server derives from the text itself.</summary>
internal sealed class PredictContract
{
    /// <summary>Name of the field that lists the objects of a batch.</summary>
    public const string InstancesField = "instances";

    private const string AnyText = "text";
    private const int SmallObject = 64;

    /// <summary>How far a derived number that was sent may be from the text's own: what is rounded to two decimals does not disagree.</summary>
    private const double Tolerance = 0.005;

    private static readonly IReadOnlyDictionary<string, double> NoNumbers = new Dictionary<string, double>(StringComparer.Ordinal);
    private static readonly RequestFields BatchFields = new([InstancesField]);

    private readonly RequestLimit limit;
    private readonly string textField;
    private readonly NumericRange[] numbers;
    private readonly string[] derived;
    private readonly RequestFields fields;
    private readonly int texts;

    /// <summary>Makes the contract of a model.</summary>
    /// <param name="textField">Name of the text field; <c>text</c> means it as well, where no number is called so.</param>
    /// <param name="fields">The numeric fields that the model uses.</param>
    /// <param name="unused">Names of numeric fields that may be sent and change nothing.</param>
    public PredictContract(string textField, IReadOnlyList<NumericField> fields, IReadOnlyList<string> unused, RequestLimit limit)
    {
        (this.textField, this.limit) = (textField, limit);
        numbers = [.. fields.Select(NumericRange.Of)];
        var names = fields.Select(field => field.Name).ToList();

        // Clients of old send them also to a model that uses none.
        derived = [.. TextClassifier.Derive("").Keys.Where(number => !names.Contains(number) && number != textField)];
        List<string> textNames = textField == AnyText || names.Contains(AnyText) || unused.Contains(AnyText) ? [textField] : [textField, AnyText];
        texts = textNames.Count;
        this.fields = new RequestFields([.. textNames, .. names, .. derived, .. unused.Except(derived, StringComparer.Ordinal)]);
    }

    /// <summary>Names of the derived fields, in the order of <see cref="PredictInstance.Recomputed"/>'s numbers.</summary>
    public IReadOnlyList<string> Derived => derived;

    /// <summary>Reads the body of a single prediction.</summary>
    public PredictInstance Read(ReadOnlySpan<byte> body)
    {
        var reader = RequestJson.Open(body);
        var instance = ReadObject(ref reader, at: default);
        RequestJson.Close(ref reader);
        return instance;
    }

    /// <summary>Reads the body of many.</summary>
    public IReadOnlyList<PredictInstance> ReadBatch(ReadOnlySpan<byte> body)
    {
        var reader = RequestJson.Open(body);
        Span<bool> seen = stackalloc bool[1];
        List<PredictInstance>? instances = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            BatchFields.Next(ref reader, seen, parent: default);
            instances = ReadInstances(ref reader);
        }

        RequestJson.Close(ref reader);
        return instances is { Count: > 0 } ? instances : throw RequestJson.Missing(new FieldPath(InstancesField, instances is null ? -1 : 0));
    }

    private List<PredictInstance> ReadInstances(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw RequestJson.WrongType(ref reader, new FieldPath(InstancesField), "an array of objects");
        }

        var instances = new List<PredictInstance>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (instances.Count == limit.MaxInputs)
            {
                throw RequestJson.TooMany(InstancesField, limit.MaxInputs);
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw RequestJson.WrongType(ref reader, new FieldPath(InstancesField, instances.Count), $"an object such as {{\"{textField}\": \"…\"}}");
            }

            instances.Add(ReadObject(ref reader, new FieldPath(InstancesField, instances.Count)));
        }

        return instances;
    }

    private PredictInstance ReadObject(ref Utf8JsonReader reader, FieldPath at)
    {
        var count = fields.Names.Count;
        var seen = count <= SmallObject ? stackalloc bool[SmallObject] : new bool[count];
        string? text = null;
        Dictionary<string, double>? values = null;
        List<(int Field, double Sent)>? sent = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var field = fields.Next(ref reader, seen, at);
            if (field < texts)
            {
                text = text is null
                    ? RequestJson.Text(ref reader, at.Of(fields.Names[field]), limit.MaxTextLength)
                    : throw new RefusedRequestException(Refusal.Invalid(at.Of(AnyText).ToString(), $"{at.Of(AnyText)} and {at.Of(textField)} mean the same field; send one of them"));
            }
            else if (reader.TokenType == JsonTokenType.Null)
            {
                // As good as absent: filled as in training, or computed.
            }
            else if (field < texts + numbers.Length)
            {
                (values ??= new Dictionary<string, double>(StringComparer.Ordinal))[fields.Names[field]] =
                    numbers[field - texts].Check(RequestJson.Number(ref reader, at.Of(fields.Names[field])), at.Of(fields.Names[field]));
            }
            else
            {
                var number = RequestJson.Number(ref reader, at.Of(fields.Names[field]));
                if (field < texts + numbers.Length + derived.Length)
                {
                    (sent ??= []).Add((field - texts - numbers.Length, number));
                }
            }
        }

        return new PredictInstance(
            new ModelInput { Text = text ?? throw RequestJson.Missing(at.Of(textField)), Numbers = values ?? NoNumbers },
            sent is null ? [] : Disagreements(text, sent));
    }

    private IReadOnlyList<int> Disagreements(string text, List<(int Field, double Sent)> sent)
    {
        var own = TextClassifier.Derive(text);
        List<int>? wrong = null;
        foreach (var (field, value) in sent)
        {
            if (Math.Abs(value - own[derived[field]]) > Tolerance)
            {
                (wrong ??= []).Add(field);
            }
        }

        return wrong is null ? [] : wrong;
    }

    /// <summary>A numeric field's limits, as numbers.</summary>
    private sealed record NumericRange(NumericField Field, double Minimum, double Maximum)
    {
        public static NumericRange Of(NumericField field) => new(field, Parse(field.Minimum) ?? double.NegativeInfinity, Parse(field.Maximum) ?? double.PositiveInfinity);

        public double Check(double value, FieldPath path)
        {
            if (Field.Type == NumericType.Integer && Math.Floor(value) != value)
            {
                throw new RefusedRequestException(Refusal.Invalid(path.ToString(), $"{path} ({value}) must be a whole number"));
            }

            if (value < Minimum)
            {
                throw new RefusedRequestException(Refusal.Invalid(path.ToString(), $"{path} ({value}) must be at least {Field.Minimum}"));
            }

            return value <= Maximum ? value : throw new RefusedRequestException(Refusal.Invalid(path.ToString(), $"{path} ({value}) must be at most {Field.Maximum}"));
        }

        private static double? Parse(string? number) => number is null ? null : double.Parse(number, CultureInfo.InvariantCulture);
    }
}

/// <summary>What one prediction is asked.</summary>
/// <param name="Input">The model's input.</param>
/// <param name="Recomputed">Numbers of the derived fields that were sent with another value than the text has.</param>
internal sealed record PredictInstance(ModelInput Input, IReadOnlyList<int> Recomputed);
