// SPDX-License-Identifier: Apache-2.0

/// A resource that has observers. Confined to the server's loop.
final class ObservedResource {
    let resource: ObservableResource
    var sequence: ObserveSequence
    /// Counts the changes.
    var generation: UInt64 = 0
    var groups: [ObservationGroup.Key: ObservationGroup] = [:]

    init(_ resource: ObservableResource, at now: MonotonicTime) {
        self.resource = resource
        sequence = ObserveSequence(at: now)
    }
}
