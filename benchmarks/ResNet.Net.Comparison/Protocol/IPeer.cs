namespace ResNet.Net.Comparison;

/// <summary>Represents a contestant that classifies JPEG files, from the path to the most probable classes.</summary>
internal interface IPeer : IDisposable
{
    /// <summary>Gets the preprocessing, one of <see cref="Preprocessing"/>.</summary>
    string Preprocessing { get; }

    /// <summary>Gets the versions of the libraries by name.</summary>
    IReadOnlyDictionary<string, string> Versions { get; }

    /// <summary>Classifies one image and returns the five most probable classes.</summary>
    PeerPrediction[] Classify(string path);

    /// <summary>Classifies many images as fast as the library can in its usual way.</summary>
    void ClassifyAll(IReadOnlyList<string> paths);

    /// <summary>Returns the probabilities of all classes after the given preprocessing.</summary>
    float[] GetProbabilities(string path, string preprocessing);
}
