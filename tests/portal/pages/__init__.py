"""The pages of an organization and of its people, as browsers without scripts see them."""
