// SPDX-License-Identifier: Apache-2.0

/// A request with Observe on an observable resource, kept until its answer decides (RFC 7641 §4.1). Confined to the server's
/// loop.
struct ObservationRequest {
    /// What is observed.
    let resource: ObservedResource
    /// The resource's state when the handler was asked.
    let generation: UInt64
    /// The request without what is this observer's own: what later renderings are asked with.
    let request: Request
    let context: RequestContext
    let conditions: ConditionalAttributes
    /// The number that the handler says its representation stands for.
    let number: ObservedNumberBox?
}

extension Request {
    /// The request without what does not change the representation: what its observer alone asked for, and what concerns
    /// its transfer.
    var sharedByObservers: Request {
        var result = self
        for number: OptionNumber in [
            .observe, .eTag, .block1, .block2, .size1, .size2, .noResponse, .echo, .requestTag,
        ] where options.contains(number) {
            result.options.removeAll(number)
        }
        if options.contains(.uriQuery) {
            result.options.uriQuery = ConditionalAttributes.removed(from: options.uriQuery)
        }
        return result
    }
}
