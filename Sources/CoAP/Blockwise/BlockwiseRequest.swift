// SPDX-License-Identifier: Apache-2.0

/// What a request says of blocks. Confined to the server's loop, as its session is.
final class BlockwiseRequest {
    let key: TransferKey
    let block1: BlockOption?
    let block2: BlockOption?
    /// The hash of the request's own body; 0 for none.
    var requestHash: UInt64 = 0

    init(_ method: Method, _ options: Options) {
        key = TransferKey(method, options)
        block1 = options.block1
        block2 = options.block2
    }
}
