// SPDX-License-Identifier: Apache-2.0

/// What filling a keys folder did.
public struct InitializationReport: Hashable, Sendable {
    /// One file of the folder.
    public struct Item: Hashable, Sendable {
        /// The file's path.
        public let path: String
        /// What the file is, for a person.
        public let purpose: String
        /// True when it was made, false when it was there and left alone.
        public let wasCreated: Bool
    }

    /// The files in the order they are made.
    public internal(set) var items: [Item] = []

    /// True when devices were revoked, and a revocation list lags behind because its authority's key is not here.
    public internal(set) var isListBehind = false

    /// True when nothing had to be made.
    public var changedNothing: Bool { !items.contains(where: \.wasCreated) }
}
