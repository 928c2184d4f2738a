using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ResNet.Net.Tests;

/// <summary>Records the measurements of one model or batcher, since other tests may run in parallel.</summary>
internal sealed class RecordedMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<RecordedMeasurement> _measurements = new();
    private readonly KeyValuePair<string, object?> _tag;

    public RecordedMeter(string name, string tag = "resnet.model")
    {
        _tag = new KeyValuePair<string, object?>(tag, name);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ResNetTelemetry.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<RecordedMeasurement> All => [.. _measurements];

    public IReadOnlyList<RecordedMeasurement> Of(string instrument) => [.. _measurements.Where(m => m.Instrument == instrument)];

    public double Sum(string instrument) => Of(instrument).Sum(m => m.Value);

    /// <summary>Collects the observable instruments.</summary>
    /// <returns>The current value of the instrument.</returns>
    public double Observe(string instrument)
    {
        _listener.RecordObservableInstruments();
        return Of(instrument)[^1].Value;
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Key == _tag.Key && Equals(tag.Value, _tag.Value))
            {
                Dictionary<string, object?> all = new(tags.ToArray());
                _measurements.Enqueue(new RecordedMeasurement(instrument.Name, instrument.Unit, value, all));
            }
        }
    }
}

internal sealed record RecordedMeasurement(string Instrument, string? Unit, double Value, IReadOnlyDictionary<string, object?> Tags);
