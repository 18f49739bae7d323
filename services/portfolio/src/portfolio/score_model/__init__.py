"""Score models: how services and business cases are judged on fixed scales, and how they rank."""
