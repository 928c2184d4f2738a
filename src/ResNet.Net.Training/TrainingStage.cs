namespace ResNet.Net.Training;

/// <summary>Specifies a stage of a training run.</summary>
public enum TrainingStage
{
    /// <summary>The backbone computes the features of the images. The unit of progress is an image.</summary>
    Features,

    /// <summary>The classification layer is trained for each candidate. The unit of progress is one optimization.</summary>
    Training,
}
