// SPDX-License-Identifier: Apache-2.0

/// Where a model's input comes from.
struct InputSource {
    /// Which input.
    let input: ModelInput
    /// The number of the actuator that drives it; nil where none does.
    var actuator: Int?
    /// What drives it where no actuator does.
    var signal = CompiledSignal()
}
