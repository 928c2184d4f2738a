using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ResNet.Net.Quantization;

/// <summary>Writes reports as JSON.</summary>
internal static class JsonReport
{
    public static string Write(QuantizationReport report)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("model", report.Model);
            json.WriteString("format", report.Options.Format.ToString());
            json.WriteString("activationType", report.Options.ActivationType.ToString());
            json.WriteNumber("weightBits", report.Options.ReduceRange ? 7 : 8);
            json.WriteString("calibration", report.Options.Calibration.ToString());
            json.WriteNumber("images", report.CalibrationImages);
            json.WriteNumber("floatBytes", report.FloatBytes);
            json.WriteNumber("quantizedBytes", report.QuantizedBytes);
            json.WriteStartArray("notes");
            foreach (string note in report.Notes)
            {
                json.WriteStringValue(note);
            }

            json.WriteEndArray();
            WriteTuning(json, report);
            json.WriteStartObject("machine");
            json.WriteString("processor", report.Machine.Processor);
            json.WriteBoolean("needsGuard", report.Machine.NeedsGuard);
            json.WriteString("explanation", report.Machine.Explanation);
            json.WriteEndObject();
            json.WriteStartArray("layers");
            foreach (LayerReport layer in report.Layers)
            {
                Write(json, layer);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteTuning(Utf8JsonWriter json, QuantizationReport report)
    {
        if (report.Options.Tuning is not AccuracyTuning tuning || report.FloatAccuracy is not ModelAccuracy accuracy)
        {
            return;
        }

        json.WriteStartObject("tuning");
        json.WriteString("measure", tuning.Criterion.Measure.ToString());
        json.WriteNumber("limit", tuning.Criterion.Limit);
        json.WriteBoolean("met", report.MeetsCriterion == true);
        Write(json, "floatTop1", accuracy.Top1);
        Write(json, "floatTop5", accuracy.Top5);
        json.WriteStartArray("trials");
        foreach (TuningTrial trial in report.Trials)
        {
            json.WriteStartObject();
            json.WriteNumber("floatLayers", trial.FloatLayers);
            json.WriteString("lastFallback", trial.LastFallback);
            Write(json, "top1", trial.Top1);
            Write(json, "top5", trial.Top5);
            json.WriteNumber("loss", trial.Loss);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LayerReport layer)
    {
        json.WriteStartObject();
        json.WriteString("name", layer.Name);
        json.WriteString("operator", layer.Operator);
        json.WriteBoolean("quantized", layer.IsQuantized);
        json.WriteString("reason", layer.Reason);
        Write(json, "largestWeight", layer.LargestWeight);
        Write(json, "sqnr", layer.Sqnr);
        Write(json, "accumulatedSqnr", layer.AccumulatedSqnr);
        json.WriteStartArray("inputs");
        foreach (ActivationReport input in layer.Inputs)
        {
            Write(json, input);
        }

        json.WriteEndArray();
        if (layer.Output is ActivationReport output)
        {
            json.WritePropertyName("output");
            Write(json, output);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ActivationReport activation)
    {
        json.WriteStartObject();
        json.WriteString("name", activation.Name);
        json.WriteNumber("observedMin", activation.ObservedMin);
        json.WriteNumber("observedMax", activation.ObservedMax);
        json.WriteNumber("min", activation.Min);
        json.WriteNumber("max", activation.Max);
        json.WriteNumber("scale", activation.Scale);
        json.WriteNumber("zeroPoint", activation.ZeroPoint);
        json.WriteEndObject();
    }

    // JSON has no infinity: the SQNR of a layer without noise is null.
    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
