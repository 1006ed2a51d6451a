using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Serve.Pages;

/// <summary>The paths of a classifier, in OpenAPI's words.</summary>
internal static class ClassifierApi
{
    private const string AnyText = "text";

    /// <summary>Derived numbers by the names that requests have for them; clients may send them all, also to a model that uses none.</summary>
    private static readonly string[] DerivedNames = [.. Enum.GetValues<DerivedNumber>().Select(number => JsonSerializer.SerializeToNode(number, Json.Strict)!.GetValue<string>())];

    /// <summary>The paths.</summary>
    public static JsonObject Paths(ServedModel served)
    {
        var texts = ExampleTexts.For(served);
        var predict = new List<(string, JsonNode)> { ("text", Instance(served, texts[0])) };
        if (served.Fields.Count > 0)
        {
            predict.Add(("text and numbers", WithNumbers(served, texts[0])));
        }

        return new JsonObject
        {
            ["/predict"] = ApiSchemas.Post(
                "predict", "Predict", "From one text, and numbers where the model has such fields, to a label. Also as /invoke.", "Instance",
                ApiErrors.WithRequestErrors(ApiSchemas.Answer("The label, and the probabilities of all labels.", ApiSchemas.Reference("Prediction")), served), predict),
            ["/predict/batch"] = ApiSchemas.Post(
                "predictBatch", "Predict many", "One bad instance refuses them all; the problem names it. Also as /batch_predict.", "Batch",
                ApiErrors.WithRequestErrors(ApiSchemas.Answer("The predictions, in the order of the instances.", ApiSchemas.Reference("Predictions")), served),
                ("texts", new JsonObject { ["instances"] = new JsonArray([.. texts.Select(text => Instance(served, text))]) })),
            ["/feedback"] = Feedback(served),
        };
    }

    /// <summary>The schemas that the paths refer to.</summary>
    public static JsonObject Schemas(ServedModel served) => new()
    {
        ["Instance"] = InstanceSchema(served),
        ["Batch"] = ApiSchemas.Request(["instances"], ("instances", ApiSchemas.Inputs(served, ApiSchemas.Reference("Instance"), "What is asked."))),
        ["Prediction"] = ApiSchemas.Object(
            ("id", ApiSchemas.Text("Id of the prediction, for feedback: a UUIDv7.")),
            ("label", Label(served, "The most probable label.")),
            ("score", Probability("Its probability.")),
            ("probabilities", ApiSchemas.Object(served.Model.Labels.Select(label => (label, Probability("Probability."))))),
            ("version", ApiSchemas.Text("The version that answered.")),
            ("stage", ApiSchemas.Text("The stage that answered.")),
            ("recomputed", ApiSchemas.List(ApiSchemas.Text("Name of a field."), "Derived fields that were sent with another value than the text has."))),
        ["Predictions"] = ApiSchemas.Object(("predictions", ApiSchemas.List(ApiSchemas.Reference("Prediction"), "In the order of the instances."))),
        ["Feedback"] = ApiSchemas.Request(
            ["id"],
            ("id", ApiSchemas.Text("Id of the prediction.")),
            ("label", Label(served, "The right label.")),
            ("score", ApiSchemas.Number("A judgement as a number.")),
            ("comment", ApiSchemas.Text("A remark."))),
    };

    private static JsonObject InstanceSchema(ServedModel served)
    {
        List<(string Name, JsonObject Schema)> properties = [(served.TextField, ApiSchemas.Input(served, "The text."))];
        var alias = served.TextField != AnyText && served.Fields.Concat(served.Unused).All(field => field.Name != AnyText);
        if (alias)
        {
            properties.Add((AnyText, ApiSchemas.Input(served, $"The same as {served.TextField}, under the name that all models understand; one of the two is given.")));
        }

        properties.AddRange(served.Fields.Select(field => (field.Name, NumberSchema(field))));
        properties.AddRange(DerivedNames.Select(name => (name, Optional(ApiSchemas.Number("Derived from the text by the server; a value that is sent is compared, not used.")))));
        properties.AddRange(served.Unused.Select(field => (field.Name, Optional(ApiSchemas.Number("A number of the dataset that this version does not use; it changes nothing.")))));
        var instance = ApiSchemas.Request(alias ? [] : [served.TextField], properties.DistinctBy(property => property.Name));
        if (alias)
        {
            instance["oneOf"] = new JsonArray(Required(served.TextField), Required(AnyText));
        }

        return instance;
    }

    private static JsonObject NumberSchema(NumericField field)
    {
        var schema = field.Type == NumericType.Integer ? ApiSchemas.Integer("A number; filled as in training where it is absent.") : ApiSchemas.Number("A number; filled as in training where it is absent.");
        foreach (var (bound, value) in new[] { ("minimum", field.Minimum), ("maximum", field.Maximum) })
        {
            if (value is not null)
            {
                schema[bound] = decimal.Parse(value, CultureInfo.InvariantCulture);
            }
        }

        return Optional(schema);
    }

    /// <summary>Null is as good as absent.</summary>
    private static JsonObject Optional(JsonObject schema)
    {
        schema["type"] = new JsonArray(schema["type"]!.GetValue<string>(), "null");
        return schema;
    }

    private static JsonObject Required(string name) => new() { ["required"] = new JsonArray(name) };

    private static JsonObject Label(ServedModel served, string description) => ApiSchemas.Choice(description, served.Model.Labels);

    private static JsonObject Probability(string description)
    {
        var number = ApiSchemas.Number(description);
        (number["minimum"], number["maximum"]) = (0, 1);
        return number;
    }

    private static JsonObject Feedback(ServedModel served)
    {
        var answers = ApiSchemas.Answer("It was taken, and is written later.", ApiSchemas.Object(("id", ApiSchemas.Text("Id of the prediction."))), "202");
        return ApiSchemas.Post(
            "feedback", "Feedback", "What somebody says of a prediction; it is kept in the log of predictions.", "Feedback", ApiErrors.WithFeedbackErrors(answers, served),
            ("right label", new JsonObject { ["id"] = "01926b1e-7c6a-7d4e-9f3a-2b6c5d4e3f21", ["label"] = served.Model.Labels[0] }));
    }

    private static JsonObject Instance(ServedModel served, string text) => new() { [served.TextField] = text };

    private static JsonObject WithNumbers(ServedModel served, string text)
    {
        var instance = Instance(served, text);
        foreach (var field in served.Fields)
        {
            // Zero where it is allowed, else the bound that is nearer to it.
            var (least, most) = (Bound(field.Minimum) ?? decimal.MinValue, Bound(field.Maximum) ?? decimal.MaxValue);
            instance[field.Name] = least > most ? least : Math.Clamp(0m, least, most);
        }

        return instance;

        static decimal? Bound(string? value) => value is null ? null : decimal.Parse(value, CultureInfo.InvariantCulture);
    }
}
