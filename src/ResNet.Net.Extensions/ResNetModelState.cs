namespace ResNet.Net.Extensions;

/// <summary>Specifies the state of an application's classifier or embedder.</summary>
public enum ResNetModelState
{
    /// <summary>Loading hasn't started.</summary>
    NotLoaded,

    /// <summary>The model is being downloaded, loaded or warmed up.</summary>
    Loading,

    /// <summary>The model is ready.</summary>
    Ready,

    /// <summary>The last attempt failed. Another one follows.</summary>
    Failed,
}
